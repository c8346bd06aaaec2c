from gui.tools.registry import all_tools, tool_infos
from gui.tools.tool import Tool


def test_every_tool_has_a_button_in_the_same_order_and_a_key_of_its_own() -> None:
    tools, infos = all_tools(), tool_infos()
    assert list(tools) == [info.name for info in infos]
    assert all(tool.name == name for name, tool in tools.items())
    keys = [key for info in infos for key in info.keys]
    assert len(keys) == len(set(keys))
    shown = {info.name: info.shortcut for info in infos}
    usual = {"select": "V", "rectangle": "R", "polygon": "P", "brush": "B", "eraser": "E"}
    assert shown == usual | {
        "region": "G",
        "classes": "H",
        "knife": "K",
        "part": "Shift+P",
        "wand": "W",
        "scribble": "S",
        "keypoints": "Shift+K",
        "lasso": "J",
        "scissors": "I",
        "rotated_rectangle": "Shift+R",
    }


def test_every_call_makes_fresh_tools() -> None:
    first: Tool = all_tools()["brush"]
    assert all_tools()["brush"] is not first
