"""The process of the lab's Fuel stand-in."""

from lab.clouds import shifted
from lab.fuel.running import PORT, make_master
from lab.fuel.server import FuelServer

if __name__ == "__main__":
    FuelServer(make_master(), port=shifted(PORT)).serve()
