import json

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class ShallowJSONParser(JSONParser):
    """JSON that is nested no deeper than the interpreter can follow, and whose texts are texts."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            parsed = super().parse(stream, media_type, parser_context)
            # Half of a surrogate pair is JSON and no text: neither the database nor a reply can hold it.
            json.dumps(parsed, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError("JSON 嵌套过深") from None
        except UnicodeEncodeError:
            raise ParseError("JSON 中有不成字符的编码") from None
        return parsed
