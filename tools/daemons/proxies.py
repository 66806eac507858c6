"""What stands before an application, and what carries one: proxies, Java servers."""

from pathlib import Path

from .daemon import Daemon, Place, given
from .web import HSTS, site

Command = list[str | Path]
HAPROXY_PAGE = 'http-request return status 200 content-type text/html string "<title>Portail</title>"'


def haproxy(place: Place, *lines: str, tls: str = "") -> Command:
    secure = f" ssl crt {place.tls}/{tls}.pem" if tls else ""
    config = place.write(
        "haproxy.cfg",
        "defaults\n mode http\n timeout client 10s\n timeout server 10s\n timeout connect 5s\n"
        f"frontend one\n bind {place.address}:{place.port}{secure}\n " + "\n ".join(lines) + "\n",
    )
    return ["haproxy", "-db", "-f", config]


def squid(place: Place, *lines: str) -> Command:
    shared = place.root / "usr/share"
    config = place.write(
        "squid.conf",
        "\n".join(
            [
                f"http_port {place.address}:{place.port}",
                f"pid_filename {place.home}/pid",
                f"cache_log {place.home}/cache.log",
                "access_log none",
                f"coredump_dir {place.home}",
                f"mime_table {shared}/squid/mime.conf",
                f"icon_directory {shared}/squid/icons",
                f"error_directory {shared}/squid-langpack/English",
                f"err_page_stylesheet {place.root}/etc/squid/errorpage.css",
                "visible_hostname proxy.valombre.example",
                f"unlinkd_program {place.root}/usr/lib/squid/unlinkd",
                f"logfile_daemon {place.root}/usr/lib/squid/log_file_daemon",
                "pinger_enable off",
                "http_access deny all",
                "shutdown_lifetime 0 seconds",
                *lines,
                "",
            ]
        ),
    )
    return ["squid", "--foreground", "-N", "-f", config]


def stunnel(place: Place, *lines: str, tls: str = "good") -> Command:
    """TLS before a small server of files, one process a connection."""
    config = place.write(
        "stunnel.conf",
        "\n".join(
            [
                "foreground = yes",
                "pid =",
                "[site]",
                f"accept = {place.address}:{place.port}",
                f"cert = {place.tls}/{tls}.pem",
                f"exec = {place.roots[-1]}/usr/sbin/micro-httpd",
                f"execArgs = micro-httpd {site(place, None)}",
                *lines,
                "",
            ]
        ),
    )
    return ["stunnel4", config]


def java(place: Place) -> Path | str:
    """The machine's own, unless one was unpacked."""
    return next(place.root.glob("usr/lib/jvm/*/bin/java"), "java")


def tomcat(place: Place, *valves: str, page: bool = True, listing: bool = False) -> Command:
    home = place.root / "usr/share/tomcat10"
    connector = f'<Connector address="{place.address}" port="{place.port}" protocol="HTTP/1.1"/>'
    host = f'<Host name="localhost" appBase="webapps">{"".join(valves)}</Host>'
    engine = f'<Engine name="Catalina" defaultHost="localhost">{host}</Engine>'
    place.write(
        "conf/server.xml",
        f'<Server port="-1"><Service name="Catalina">{connector}{engine}</Service></Server>',
    )
    defaults = (home / "etc/web.xml").read_text()
    if listing:
        shut = "<param-name>listings</param-name>\n            <param-value>"
        defaults = defaults.replace(f"{shut}false", f"{shut}true")
        place.write("webapps/ROOT/planning.ods", "…")
    place.write("conf/web.xml", defaults)
    (place.home / "temp").mkdir()
    if page:
        place.write("webapps/ROOT/index.html", (home.parent / "tomcat10-root/default_root/index.html").read_text())
    jars = f"{home}/bin/bootstrap.jar:{home}/bin/tomcat-juli.jar"
    properties = [f"-Dcatalina.home={home}", f"-Dcatalina.base={place.home}", f"-Djava.io.tmpdir={place.home}/temp"]
    light = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xmx96m"]
    return [java(place), *light, *properties, "-cp", jars, "org.apache.catalina.startup.Bootstrap", "start"]


def jetty(place: Place) -> Command:
    home = place.root / "usr/share/jetty9"
    properties = [f"jetty.http.host={place.address}", f"jetty.http.port={place.port}"]
    jars = f"{home}/start.jar:{place.root}/usr/share/java/jetty9-util.jar"
    start = [
        "-cp",
        jars,
        "org.eclipse.jetty.start.Main",
        f"jetty.home={home}",
        f"jetty.base={place.home}",
        "--module=http",
    ]
    return [java(place), f"-Djava.io.tmpdir={place.home}", "-Xmx96m", "-XX:TieredStopAtLevel=1", *start, *properties]


def tinyproxy(place: Place, *settings: str) -> Command:
    lines = [f"Listen {place.address}", f"Port {place.port}", "Timeout 20", "MaxClients 20", *settings, ""]
    return ["tinyproxy", "-d", "-c", place.write("tinyproxy.conf", "\n".join(lines))]


QUIET_ERRORS = (
    '<Valve className="org.apache.catalina.valves.ErrorReportValve" showReport="false" showServerInfo="false"/>'
)

DAEMONS = (
    Daemon("haproxy", "haproxy", (8080,), given(haproxy, HAPROXY_PAGE)),
    Daemon("haproxy-no-server", "haproxy", (8080,), haproxy),
    Daemon("haproxy-statistics", "haproxy", (8080,), given(haproxy, "stats enable", "stats uri /")),
    Daemon(
        "haproxy-tls",
        "haproxy",
        (8443,),
        given(haproxy, HAPROXY_PAGE, f'http-after-response set-header Strict-Transport-Security "{HSTS}"', tls="good"),
    ),
    Daemon("squid", "squid", (3128,), squid),
    Daemon("squid-no-version", "squid", (3128,), given(squid, "httpd_suppress_version_string on")),
    Daemon("tinyproxy", "tinyproxy", (8888,), tinyproxy),
    Daemon("stunnel", "stunnel4", (8443,), stunnel, needs=("micro-httpd",)),
    Daemon(
        "stunnel-tls10",
        "stunnel4",
        (8443,),
        given(stunnel, "sslVersionMin = TLSv1", "ciphers = ALL:@SECLEVEL=0", "securityLevel = 0"),
        needs=("micro-httpd",),
    ),
    Daemon("tomcat", "tomcat10", (8080,), tomcat),
    Daemon("tomcat-no-page", "tomcat10", (8080,), given(tomcat, page=False)),
    Daemon("tomcat-listing", "tomcat10", (8080,), given(tomcat, page=False, listing=True)),
    Daemon("tomcat-quiet", "tomcat10", (8080,), given(tomcat, QUIET_ERRORS, page=False)),
    Daemon("jetty", "jetty9", (8080,), jetty),
)
