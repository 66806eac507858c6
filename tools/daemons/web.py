"""Web servers: old and new protocols, listings shown or not, versions told or hidden."""

from pathlib import Path

from .certificates import NAME
from .daemon import Daemon, Place, given, inetd

Command = list[str | Path]
HSTS = "max-age=31536000; includeSubDomains"
PAGE = "<!doctype html><title>Clinique du Valombre</title><h1>Clinique du Valombre</h1>\n"
LOGIN = "<!doctype html><title>Extranet</title><form method=post><input name=u><input type=password name=p></form>\n"


def site(place: Place, page: str | None = PAGE) -> str:
    """A folder to serve: a front page, or only files that a listing would show."""
    place.write("site/index.html" if page else "site/planning.ods", page or "…")
    place.write("site/more/notes.txt", "…")
    return f"{place.home}/site"


def nginx(
    place: Place,
    *settings: str,
    page: str | None = PAGE,
    tls: str = "",
    protocols: str = "",
    secure: bool = False,
) -> Command:
    weak = "ssl_ciphers ALL:@SECLEVEL=0;" if "TLSv1 " in protocols else ""
    own = f"ssl_certificate {place.tls}/{tls}.pem; ssl_certificate_key {place.tls}/{tls}.pem; {weak}" if tls else ""
    temporary = "\n".join(
        f"{kind}_temp_path {place.home}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = place.write(
        "nginx.conf",
        f"""pid {place.home}/pid; daemon off; error_log stderr; worker_processes 1; events {{}}
http {{ access_log off; {temporary}
types {{ text/html html; }}
server {{ listen {place.address}:{place.port}{" ssl" if tls or secure else ""}; root {site(place, page)}; {own}
{f"ssl_protocols {protocols};" if protocols else ""} {" ".join(f"{one};" for one in settings)} }} }}
""",
    )
    return ["nginx", "-e", "stderr", "-p", place.home, "-c", config]


def apache(place: Place, *settings: str, page: str | None = PAGE, tls: str = "") -> Command:
    modules = ["mpm_event", "authz_core", "authz_host", "dir", "mime", "autoindex", "headers", "alias"]
    modules += ["socache_shmcb", "ssl"] if tls else []
    secure = ["SSLEngine on", f"SSLCertificateFile {place.tls}/{tls}.pem"] if tls else []
    lines = [
        *(f"LoadModule {name}_module {place.root}/usr/lib/apache2/modules/mod_{name}.so" for name in modules),
        f"Listen {place.address}:{place.port}",
        f"ServerName {place.address}",
        f"PidFile {place.home}/pid",
        f"DefaultRuntimeDir {place.home}",
        f"ErrorLog {place.home}/errors",
        "TypesConfig /dev/null",
        "AddType text/html .html",
        f"DocumentRoot {site(place, page)}",
        "StartServers 1",
        "DirectoryIndex index.html",
        *secure,
        *settings,
        "",
    ]
    return ["apache2", "-f", place.write("apache.conf", "\n".join(lines)), "-DFOREGROUND"]


def lighttpd(place: Place, *settings: str, page: str | None = PAGE, tls: str = "") -> Command:
    modules = ["mod_dirlisting", "mod_setenv", *(["mod_openssl"] if tls else [])]
    lines = [
        f'server.document-root = "{site(place, page)}"',
        f'server.bind = "{place.address}"',
        f"server.port = {place.port}",
        "server.modules = (" + ", ".join(f'"{name}"' for name in modules) + ")",
        'index-file.names = ("index.html")',
        'mimetype.assign = (".html" => "text/html")',
        *([f'ssl.engine = "enable"\nssl.pemfile = "{place.tls}/{tls}.pem"'] if tls else []),
        *settings,
        "",
    ]
    config = place.write("lighttpd.conf", "\n".join(lines))
    return ["lighttpd", "-D", "-f", config, "-m", place.root / "usr/lib/lighttpd"]


def caddy(place: Place, *, page: str | None = PAGE, tls: str = "") -> Command:
    scheme, host = ("https", NAME) if tls else ("http", place.address)
    secure = f"tls {place.tls}/{tls}.crt {place.tls}/{tls}.key" if tls else ""
    config = place.write(
        "Caddyfile",
        f"{{\n admin off\n auto_https off\n}}\n{scheme}://{host}:{place.port} {{\n"
        f" bind {place.address}\n root * {site(place, page)}\n file_server{'' if page else ' browse'}\n {secure}\n}}\n",
    )
    return ["caddy", "run", "--adapter", "caddyfile", "--config", config]


def mini_httpd(place: Place) -> Command:
    return ["mini_httpd", "-D", "-h", place.address, "-p", str(place.port), "-d", site(place), "-i", place.home / "pid"]


def micro_httpd(place: Place) -> Command:
    """One connection a process, as from inetd; its front page is a list of files."""
    return inetd(place, "micro-httpd", site(place, None))


def webfs(place: Place) -> Command:
    return ["webfsd", "-F", "-i", place.address, "-p", str(place.port), "-r", site(place, None)]


def nginx_revoked(place: Place) -> Command:
    """It passes on what its authority says, as it was told to."""
    stapled = ("ssl_stapling on", f"ssl_stapling_file {place.tls}/revoked.ocsp")
    return nginx(place, NGINX_HSTS, *stapled, tls="revoked")


def nginx_short_group(place: Place) -> Command:
    """A Diffie-Hellman group that it is given, of 1,024 bits."""
    group = f"openssl dhparam -dsaparam -out {place.home}/group 1024 2>/dev/null"
    suites = "ssl_ciphers DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"
    serve = nginx(place, NGINX_HSTS, suites, f"ssl_dhparam {place.home}/group", tls="good", protocols="TLSv1.2")
    return ["sh", "-c", f"{group} && exec {' '.join(map(str, serve))}"]


def nginx_sha1(place: Place) -> Command:
    """A certificate that an authority of another age signed, by the only tool that still signs so."""
    home = place.home
    place.write("extensions", f"subjectAltName=DNS:{NAME}\n")
    new = "openssl req -newkey rsa:2048 -nodes"
    sign = f"openssl x509 -req -sha1 -days 90 -in {home}/request"
    steps = [
        f"{new} -x509 -keyout {home}/ca.key -out {home}/ca.crt -subj /CN=Old -days 90",
        f"{new} -keyout {home}/key -out {home}/request -subj /CN={NAME}",
        f"{sign} -CA {home}/ca.crt -CAkey {home}/ca.key -CAcreateserial -extfile {home}/extensions -out {home}/leaf",
        f"cat {home}/leaf {home}/ca.crt > {home}/crt",
    ]
    shown = (f"ssl_certificate {home}/crt", f"ssl_certificate_key {home}/key", "ssl_ciphers DEFAULT:@SECLEVEL=0")
    serve = " ".join(map(str, nginx(place, NGINX_HSTS, *shown, protocols=TLS_NEW, secure=True)))
    return ["sh", "-c", " && ".join([*(f"{step} 2>/dev/null" for step in steps), f"exec {serve}"])]


TLS_NEW = "TLSv1.2 TLSv1.3"
TLS_OLD = "TLSv1 TLSv1.1 TLSv1.2"
NGINX_HSTS = f'add_header Strict-Transport-Security "{HSTS}" always'

DAEMONS = (
    Daemon("nginx", "nginx", (8080,), nginx),
    Daemon("nginx-listing", "nginx", (8080,), given(nginx, "autoindex on", page=None)),
    Daemon("nginx-no-listing", "nginx", (8080,), given(nginx, page=None)),
    Daemon("nginx-no-version", "nginx", (8080,), given(nginx, "server_tokens off")),
    Daemon("nginx-login", "nginx", (8080,), given(nginx, page=LOGIN)),
    Daemon("nginx-other-port", "nginx", (20080,), nginx),
    Daemon("nginx-in-trouble", "nginx", (8080,), given(nginx, "return 503")),
    Daemon("nginx-tls12", "nginx", (8443,), given(nginx, NGINX_HSTS, tls="good", protocols="TLSv1.2")),
    Daemon("nginx-tls13", "nginx", (8443,), given(nginx, NGINX_HSTS, tls="good", protocols="TLSv1.3")),
    Daemon("nginx-tls10", "nginx", (8443,), given(nginx, NGINX_HSTS, tls="good", protocols=TLS_OLD)),
    Daemon("nginx-tls10-only", "nginx", (8443,), given(nginx, NGINX_HSTS, tls="good", protocols="TLSv1 TLSv1.1")),
    Daemon("nginx-no-hsts", "nginx", (8443,), given(nginx, tls="good", page=LOGIN)),
    Daemon("nginx-tls-other-port", "nginx", (20443,), given(nginx, NGINX_HSTS, tls="good")),
    Daemon("nginx-tls-on-http-port", "nginx", (8080,), given(nginx, NGINX_HSTS, tls="good")),
    Daemon("nginx-self-signed", "nginx", (8443,), given(nginx, NGINX_HSTS, tls="self-signed")),
    Daemon("nginx-expired", "nginx", (8443,), given(nginx, NGINX_HSTS, tls="expired")),
    Daemon("nginx-ends-soon", "nginx", (8443,), given(nginx, NGINX_HSTS, tls="ends-soon")),
    Daemon(
        "nginx-short-key",
        "nginx",
        (8443,),
        given(nginx, NGINX_HSTS, "ssl_ciphers DEFAULT:@SECLEVEL=0", tls="short-key", protocols=TLS_NEW),
    ),
    Daemon("nginx-short-group", "nginx", (8443,), nginx_short_group),
    Daemon("nginx-sha1", "nginx", (8443,), nginx_sha1),
    Daemon("nginx-alone", "nginx", (8443,), given(nginx, NGINX_HSTS, tls="alone")),
    Daemon("nginx-linked", "nginx", (8443,), given(nginx, NGINX_HSTS, tls="linked")),
    Daemon(
        "nginx-in-clear-under-tls",
        "nginx",
        (8443,),
        given(
            nginx,
            NGINX_HSTS,
            "ssl_ciphers eNULL:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0",
            tls="good",
            protocols=TLS_NEW,
        ),
    ),
    Daemon("apache", "apache2", (8080,), apache),
    Daemon("apache-listing", "apache2", (8080,), given(apache, "Options +Indexes", page=None)),
    Daemon("apache-no-version", "apache2", (8080,), given(apache, "ServerTokens Prod", "ServerSignature Off")),
    Daemon("apache-minimal", "apache2", (8080,), given(apache, "ServerTokens Min")),
    Daemon("apache-full", "apache2", (8443,), given(apache, "ServerTokens Full", tls="good")),
    Daemon(
        "apache-hsts",
        "apache2",
        (8443,),
        given(apache, f'Header always set Strict-Transport-Security "{HSTS}"', tls="good"),
    ),
    Daemon("nginx-revoked", "nginx", (8443,), nginx_revoked),
    Daemon(
        "apache-tls10",
        "apache2",
        (8443,),
        given(apache, "SSLProtocol all", "SSLCipherSuite ALL:@SECLEVEL=0", tls="self-signed"),
    ),
    Daemon("apache-tls-on-http-port", "apache2", (8080,), given(apache, tls="good")),
    Daemon("lighttpd", "lighttpd", (8080,), lighttpd),
    Daemon("lighttpd-listing", "lighttpd", (8080,), given(lighttpd, 'dir-listing.activate = "enable"', page=None)),
    Daemon("lighttpd-no-version", "lighttpd", (8080,), given(lighttpd, 'server.tag = "lighttpd"')),
    Daemon("lighttpd-tls", "lighttpd", (8443,), given(lighttpd, tls="good"), needs=("lighttpd-mod-openssl",)),
    Daemon("caddy", "caddy", (8080,), caddy),
    Daemon("caddy-listing", "caddy", (8080,), given(caddy, page=None)),
    # It knows one name, and refuses TLS to whoever asks for none.
    Daemon("caddy-tls", "caddy", (8443,), given(caddy, tls="good")),
    Daemon("caddy-tls-on-http-port", "caddy", (8080,), given(caddy, tls="good")),
    Daemon("mini-httpd", "mini-httpd", (8080,), mini_httpd),
    Daemon("micro-httpd", "micro-httpd", (8080,), micro_httpd),
    Daemon("webfs", "webfs", (8080,), webfs),
)
