"""What a reader counts who follows the links of a dashboard: the rows of each list, page by page."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client

from portal.dashboards.overview_page import Tile
from portal.oversight.verdicts import MilestoneStatus, Progress


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A reader's walk on one day; `on` goes with every address."""

    client: Client
    on: str

    def page(self, url: str) -> HttpResponse:
        response = self.client.get(url)
        assert response.status_code == 200, (url, response.status_code)
        return response

    def overview(self, code: str) -> HttpResponse:
        return self.page(f"/overview/{code}/?on={self.on}")

    def statuses(self, code: str) -> list[MilestoneStatus]:
        """Return the rows of an association's own board."""
        board = self.page(f"/associations/{code}/reform/?on={self.on}")
        return [row.status for row in board.context["rows"]]

    def rows_of(self, url: str, **more: str) -> int:
        """Count the rows of a list, page by page, and hold them against the number that it states."""
        path = urlsplit(url).path
        query = "".join(f"&{name}={value}" for name, value in more.items())
        counted, address, said = 0, url + query, set()
        while address:
            context = self.page(address).context
            counted += len(context["page"].rows if "page" in context else context["rows"])
            said.add(str(context["count"]))
            address = path + context["next_url"] if context["next_url"] else ""
        assert said == {f"共 {counted} 个"}
        return counted

    def board(self, url: str) -> Progress:
        """Return the total of a board of everything below a place."""
        return self.page(url).context["total"]


def tile_of(tiles: list[Tile], label: str) -> Tile:
    (found,) = (tile for tile in tiles if tile.label == label)
    return found


def numbers_in(text: str) -> list[int]:
    """Return the numbers of a note such as 应建 1,234 个，已建 56 个."""
    digits = "".join(char if char.isdigit() else " " for char in text.replace(",", ""))
    return [int(part) for part in digits.split()]
