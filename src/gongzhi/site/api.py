"""The JSON interface: the routers of all houses under one roof."""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from gongzhi.webkit.api import new_api

api = new_api(
    version="1",
    description="The closed loop of a city's problems. Refusals are RFC 9457 problem details.",
)
for _house in settings.HOUSES:
    _room = f"{_house}.api"
    if _house != "gongzhi.site" and find_spec(_room) and hasattr(import_module(_room), "router"):
        api.add_router("", import_module(_room).router)
