"""What a browser calls itself, in words that its user knows."""

# The first that occurs: every browser names those that it wants to be taken for as well.
BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("360", "360 浏览器"),
    ("QQBrowser", "QQ 浏览器"),
    ("UOS", "统信浏览器"),
    ("Firefox", "火狐"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("Trident", "IE"),
)
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
UNKNOWN = "未知浏览器"


def browser_words(agent: str) -> str:
    """Name the browser and the system of a User-Agent: Chrome（Windows）."""
    browser = next((words for mark, words in BROWSERS if mark in agent), UNKNOWN)
    system = next((words for mark, words in SYSTEMS if mark in agent), "")
    return f"{browser}（{system}）" if system else browser
