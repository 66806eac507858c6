"""Imaging servers: open to whoever asks, or refusing callers that they do not know."""

import json
from pathlib import Path
from typing import Any

from .daemon import HERE, PYTHON, Daemon, Place, given, inetd

Command = list[str | Path]


def enclosed(place: Place, *command: str | Path) -> Command:
    """For what would listen on every address of the machine."""
    ports = ",".join(map(str, place.ports))
    dictionary = next(place.root.glob("usr/share/libdcmtk*/dicom.dic"))
    return ["env", f"DCMDICTPATH={dictionary}", PYTHON, HERE / "relay.py", place.address, ports, *command]


def orthanc(place: Place, **settings: Any) -> Command:
    dicom, http = place.ports
    own = {
        "Name": "Valombre",
        "StorageDirectory": f"{place.home}/storage",
        "IndexDirectory": f"{place.home}/storage",
        "DicomPort": dicom,
        "HttpPort": http,
        "RemoteAccessAllowed": True,
        "AuthenticationEnabled": False,
        "HttpsVerifyPeers": False,
    }
    return enclosed(place, "Orthanc", place.write("orthanc.json", json.dumps(own | settings)))


def storescp(place: Place, *options: str) -> Command:
    dictionary = next(place.root.glob("usr/share/libdcmtk*/dicom.dic"))
    return ["env", f"DCMDICTPATH={dictionary}", *inetd(place, "storescp", "--inetd", *options)]


def storescp_tls(place: Place, *options: str, peers: str = "--ignore-peer-cert") -> Command:
    good = str(place.tls / "good.pem")
    return storescp(place, "--enable-tls", good, good, peers, *options)


def dcmqrscp(place: Place) -> Command:
    """An archive with one store, whose callers are listed."""
    (place.home / "store").mkdir()
    config = place.write(
        "dcmqrscp.cfg",
        "\n".join(
            [
                f"NetworkTCPPort = {place.port}",
                "MaxPDUSize = 16384",
                "MaxAssociations = 16",
                "HostTable BEGIN",
                "known = (KNOWN, known.valombre.example, 5678)",
                "HostTable END",
                "VendorTable BEGIN",
                "VendorTable END",
                "AETable BEGIN",
                f"VALOMBRE {place.home}/store RW (10, 1024mb) known",
                "AETable END",
                "",
            ]
        ),
    )
    return enclosed(place, "dcmqrscp", "--config", config)


CLOSED = {"DicomCheckCalledAet": True, "AuthenticationEnabled": True, "RegisteredUsers": {"valombre": "unused"}}

DAEMONS = (
    Daemon("orthanc", "orthanc", (4242, 8042), orthanc),
    Daemon("orthanc-closed", "orthanc", (4242, 8042), given(orthanc, **CLOSED)),
    Daemon("orthanc-other-ports", "orthanc", (20104, 20042), orthanc),
    Daemon("storescp", "dcmtk", (11112,), storescp),
    Daemon("storescp-refusing", "dcmtk", (11112,), given(storescp, "--refuse")),
    Daemon("storescp-tls", "dcmtk", (2762,), given(storescp_tls)),
    Daemon("storescp-tls-refusing", "dcmtk", (11112,), given(storescp_tls, "--refuse")),
    # Wants a certificate of each caller, and has told us nothing when it hangs up.
    Daemon("storescp-tls-certificates", "dcmtk", (2762,), given(storescp_tls, peers="--require-peer-cert")),
    Daemon("dcmqrscp", "dcmtk", (11112,), dcmqrscp),
)
