"""What each daemon is, and which weaknesses its settings have: known, since we wrote the settings."""

from dataclasses import dataclass

PACKAGED = "the package's"  # the version must be that of the package, without Debian's revision


@dataclass(frozen=True)
class Truth:
    service: str | None
    product: str | None = None  # vendor:product; None when what it says names none
    version: str | None = PACKAGED  # None when these settings hide it, or when it never tells
    weaknesses: frozenset[str] = frozenset()
    unknowns: frozenset[str] = frozenset()  # checks that cannot conclude


def of(service: str, product: str | None, *weaknesses: str, version: str | None = PACKAGED, unknown: str = "") -> Truth:
    told = version if product else None
    return Truth(service, product, told, frozenset(weaknesses), frozenset(unknown.split()))


OPENSSH = "openbsd:openssh"
NGINX, APACHE, LIGHTTPD = "nginx:nginx", "apache:http_server", "lighttpd:lighttpd"
CADDY, MINI, MICRO, WEBFS = "caddyserver:caddy", "acme:mini_httpd", "acme:micro_httpd", "webfs:webfs"
HAPROXY, SQUID, TOMCAT, JETTY = "haproxy:haproxy", "squid-cache:squid", "apache:tomcat", "eclipse:jetty"
PROFTPD, VSFTPD, PURE = "proftpd:proftpd", "vsftpd_project:vsftpd", "pureftpd:pure-ftpd"
EXIM, POSTFIX, OPENSMTPD, SENDMAIL = "exim:exim", "postfix:postfix", "openbsd:opensmtpd", "sendmail:sendmail"
DOVECOT, ORTHANC, DCMTK = "dovecot:dovecot", "orthanc-server:orthanc", "offis:dcmtk"
REDIS, MARIADB, POSTGRESQL = "redis:redis", "mariadb:mariadb", "postgresql:postgresql"
LISTING, NO_HSTS, OLD_TLS = "http-directory-listing", "http-no-hsts", "tls-obsolete-protocol"
SELF_SIGNED, EXPIRED = "tls-certificate-self-signed", "tls-certificate-expired"
UNPROTECTED, WORN_OUT = "tls-suites-without-protection", "tls-weak-suites"
# A store that counts the conversations left halfway is asked within one alone: what else it accepts is not told.
ASKED_ONCE = "tls-obsolete-protocol tls-ssl-v3 tls-suites-without-protection tls-weak-suites tls-weak-key-exchange"
IN_CLEAR, NO_STARTTLS = "ftp-no-tls", "smtp-no-starttls"
BIND, UNBOUND, KAMAILIO = "isc:bind", "nlnetlabs:unbound", "kamailio:kamailio"
RESOLVES = "dns-resolves-for-anyone"
IN_TROUBLE = "http-default-page http-directory-listing http-login-in-clear http-ntlm-offered"

#   (daemon, port) -> what must be seen, all of it and nothing else
TRUTH = {
    ("openssh", 2222): of("ssh", OPENSSH),
    ("openssh-other-port", 20022): of("ssh", OPENSSH),
    ("openssh-weak", 2222): of("ssh", OPENSSH, "ssh-weak-algorithms"),
    ("openssh-dss", 2222): of("ssh", OPENSSH, "ssh-weak-algorithms"),
    ("openssh-no-distribution", 2222): of("ssh", OPENSSH),
    ("dropbear", 2222): of("ssh", "dropbear_ssh_project:dropbear_ssh"),
    ("nginx", 8080): of("http", NGINX),
    ("nginx-listing", 8080): of("http", NGINX, LISTING),
    ("nginx-no-listing", 8080): of("http", NGINX),
    ("nginx-no-version", 8080): of("http", NGINX, version=None),
    ("nginx-login", 8080): of("http", NGINX, "http-login-in-clear"),
    ("nginx-other-port", 20080): of("http", NGINX),
    ("nginx-in-trouble", 8080): of("http", NGINX, unknown=IN_TROUBLE),
    ("nginx-tls12", 8443): of("https", NGINX),
    ("nginx-tls13", 8443): of("https", NGINX),
    ("nginx-tls10", 8443): of("https", NGINX, OLD_TLS, UNPROTECTED),
    ("nginx-tls10-only", 8443): of("https", NGINX, OLD_TLS, UNPROTECTED),
    ("nginx-no-hsts", 8443): of("https", NGINX, NO_HSTS),
    ("nginx-tls-other-port", 20443): of("https", NGINX),
    ("nginx-tls-on-http-port", 8080): of("https", NGINX),
    ("nginx-self-signed", 8443): of("https", NGINX, "tls-certificate-self-signed"),
    ("nginx-expired", 8443): of("https", NGINX, "tls-certificate-expired"),
    ("nginx-ends-soon", 8443): of("https", NGINX, "tls-certificate-expires-soon"),
    ("nginx-short-key", 8443): of("https", NGINX, "tls-weak-key"),
    ("nginx-short-group", 8443): of("https", NGINX, "tls-weak-key-exchange"),
    ("nginx-sha1", 8443): of("https", NGINX, "tls-weak-signature"),
    ("nginx-alone", 8443): of("https", NGINX, "tls-chain-incomplete"),
    ("nginx-linked", 8443): of("https", NGINX),
    ("nginx-in-clear-under-tls", 8443): of("https", NGINX, UNPROTECTED),
    ("nginx-revoked", 8443): of("https", NGINX, "tls-certificate-revoked"),
    ("apache", 8080): of("http", APACHE),
    ("apache-listing", 8080): of("http", APACHE, LISTING),
    ("apache-no-version", 8080): of("http", APACHE, version=None),
    ("apache-minimal", 8080): of("http", APACHE),
    ("apache-full", 8443): of("https", APACHE, NO_HSTS),
    ("apache-hsts", 8443): of("https", APACHE),
    ("apache-tls10", 8443): of("https", APACHE, NO_HSTS, OLD_TLS, "tls-certificate-self-signed"),
    ("apache-tls-on-http-port", 8080): of("https", APACHE, NO_HSTS),
    ("lighttpd", 8080): of("http", LIGHTTPD),
    ("lighttpd-listing", 8080): of("http", LIGHTTPD, LISTING),
    ("lighttpd-no-version", 8080): of("http", LIGHTTPD, version=None),
    ("lighttpd-tls", 8443): of("https", LIGHTTPD, NO_HSTS),
    ("caddy", 8080): of("http", CADDY, version=None),
    ("caddy-listing", 8080): of("http", CADDY, LISTING, version=None),
    ("caddy-tls", 8443): of("tls", None),
    ("caddy-tls-on-http-port", 8080): of("tls", None),
    ("mini-httpd", 8080): of("http", MINI),
    ("micro-httpd", 8080): of("http", MICRO, LISTING, version=None),
    ("webfs", 8080): of("http", WEBFS, LISTING),
    ("haproxy", 8080): of("http", None),
    ("haproxy-no-server", 8080): of("http", None, unknown=IN_TROUBLE),
    ("haproxy-statistics", 8080): of("http", HAPROXY, version=None),
    ("haproxy-tls", 8443): of("https", None),
    ("squid", 3128): of("http", SQUID),
    ("squid-no-version", 3128): of("http", SQUID, version=None),
    ("stunnel", 8443): of("https", MICRO, LISTING, NO_HSTS, version=None),
    ("stunnel-tls10", 8443): of("https", MICRO, LISTING, NO_HSTS, OLD_TLS, UNPROTECTED, version=None),
    ("tomcat", 8080): of("http", TOMCAT, "http-default-page", version=None),
    ("tomcat-no-page", 8080): of("http", TOMCAT),
    ("tomcat-listing", 8080): of("http", TOMCAT, LISTING),
    ("tomcat-quiet", 8080): of("http", TOMCAT, version=None),
    ("jetty", 8080): of("http", JETTY),
    ("proftpd", 2121): of("ftp", PROFTPD, IN_CLEAR, version=None),
    ("proftpd-tls", 2121): of("ftp", PROFTPD, version=None),
    # Its own settings are added to "!aNULL" by nobody: what is not encrypted it takes from no one.
    ("proftpd-tls-old", 2121): of("ftp", PROFTPD, OLD_TLS, EXPIRED, UNPROTECTED, version=None),
    ("proftpd-silent", 2121): of("ftp", PROFTPD, IN_CLEAR, version=None),
    ("proftpd-version", 2121): of("ftp", PROFTPD, IN_CLEAR),
    ("proftpd-other-port", 20021): of("ftp", PROFTPD, IN_CLEAR, version=None),
    ("vsftpd", 2121): of("ftp", VSFTPD, IN_CLEAR),
    ("vsftpd-tls", 2121): of("ftp", VSFTPD),
    ("vsftpd-own-words", 2121): of("ftp", VSFTPD, IN_CLEAR, version=None),
    # It lists AUTH TLS among its features, then refuses it.
    ("pure-ftpd", 2121): of("ftp", PURE, IN_CLEAR, version=None),
    ("pure-ftpd-tls", 2121): of("ftp", PURE, version=None),
    # It tells its features to no one who has not signed in.
    ("inetutils-ftpd", 2121): of("ftp", "gnu:inetutils", IN_CLEAR),
    ("exim", 2525): of("smtp", EXIM, NO_STARTTLS),
    # Both accept TLS 1.0 unless they are told not to.
    ("exim-tls", 2525): of("smtp", EXIM, OLD_TLS),
    ("exim-tls13", 2525): of("smtp", EXIM),
    ("exim-tls-old", 2525): of("smtp", EXIM, OLD_TLS, WORN_OUT),
    ("exim-own-words", 2525): of("smtp", EXIM, NO_STARTTLS, version=None),
    ("exim-other-port", 20025): of("smtp", EXIM, NO_STARTTLS),
    ("postfix", 2525): of("smtp", POSTFIX, NO_STARTTLS, version=None),
    ("postfix-tls", 2525): of("smtp", POSTFIX, OLD_TLS, version=None),
    ("postfix-tls12", 2525): of("smtp", POSTFIX, version=None),
    ("opensmtpd", 2525): of("smtp", OPENSMTPD, NO_STARTTLS, version=None),
    ("opensmtpd-tls", 2525): of("smtp", OPENSMTPD, version=None),
    ("sendmail", 2525): of("smtp", SENDMAIL, NO_STARTTLS),
    ("dovecot", 20143): of("imap", DOVECOT, "imap-pop-no-starttls", version=None),
    ("dovecot", 20110): of("pop3", DOVECOT, "imap-pop-no-starttls", version=None),
    # No TLS, and no password in clear either: nobody can sign in, which is no weakness.
    ("dovecot-refusing", 20143): of("imap", DOVECOT, version=None),
    ("dovecot-refusing", 20110): of("pop3", DOVECOT, version=None),
    ("dovecot-tls", 20143): of("imap", DOVECOT, version=None),
    ("dovecot-tls", 20110): of("pop3", DOVECOT, version=None),
    ("dovecot-tls-old", 20143): of("imap", DOVECOT, OLD_TLS, UNPROTECTED, SELF_SIGNED, version=None),
    ("dovecot-tls-old", 20110): of("pop3", DOVECOT, OLD_TLS, UNPROTECTED, SELF_SIGNED, version=None),
    # Its association speaks with the voice of the library that it is made with.
    ("orthanc", 4242): of("dicom", DCMTK, "dicom-answers-anyone", version="3.6.7"),
    ("orthanc", 8042): of("http", ORTHANC),
    ("orthanc-closed", 4242): of("dicom", None, "dicom-exposed"),
    ("orthanc-closed", 8042): of("http", ORTHANC, "http-login-in-clear", version=None),
    ("orthanc-other-ports", 20104): of("dicom", DCMTK, "dicom-answers-anyone", version="3.6.7"),
    ("orthanc-other-ports", 20042): of("http", ORTHANC),
    ("storescp", 11112): of("dicom", DCMTK, "dicom-answers-anyone"),
    ("storescp-refusing", 11112): of("dicom", None, "dicom-exposed"),
    ("redis", 6379): of("redis", REDIS, "redis-answers-anyone"),
    ("redis-password", 6379): of("redis", REDIS, "database-exposed", version=None),
    ("memcached", 11211): of("memcached", "memcached:memcached", "memcached-answers-anyone"),
    ("mariadb", 3306): of("mysql", MARIADB, "database-exposed"),
    ("mariadb-tls", 3306): of("mysql", MARIADB, "database-exposed", SELF_SIGNED, unknown=ASKED_ONCE),
    ("postgresql", 5432): of("postgresql", POSTGRESQL, "database-exposed", version=None),
    ("postgresql-tls", 5432): of("postgresql", POSTGRESQL, "database-exposed", version=None),
    ("postgresql-tls-old", 5432): of("postgresql", POSTGRESQL, "database-exposed", OLD_TLS, UNPROTECTED, version=None),
    ("telnetd", 2323): of("telnet", None, "telnet-exposed"),
    ("vnc", 5901): of("vnc", None, "vnc-without-password"),
    ("vnc-password", 5902): of("vnc", None, "vnc-exposed"),
    ("storescp-tls", 2762): of("dicom", DCMTK, "dicom-answers-anyone"),
    ("storescp-tls-refusing", 11112): of("dicom", None),
    ("storescp-tls-certificates", 2762): of("tls", None, unknown="http-no-hsts"),
    ("dcmqrscp", 11112): of("dicom", None, "dicom-exposed"),
    ("bind", 5353): of("dns", BIND),
    ("bind-open", 5353): of("dns", BIND, RESOLVES),
    ("bind-no-version", 5353): of("dns", None),
    ("unbound", 5353): of("dns", UNBOUND, RESOLVES),
    ("unbound-closed", 5353): of("dns", UNBOUND, unknown=RESOLVES),
    ("mosquitto", 1883): of("mqtt", None, "broker-exposed"),
    ("mosquitto-closed", 1883): of("mqtt", None, "broker-exposed"),
    ("slapd", 2389): of("ldap", "openldap:openldap", "ldap-exposed", version=None),
    ("slapd-tls", 2389): of("ldap", "openldap:openldap", "ldap-exposed", version=None),
    ("slapd-tls-expired", 2389): of("ldap", "openldap:openldap", "ldap-exposed", EXPIRED, OLD_TLS, version=None),
    ("snmpd", 1161): Truth(None),  # over a connection it says nothing before it knows who asks
    ("kamailio", 5060): of("sip", KAMAILIO),
    ("cupsd", 8080): of("http", "cups:cups", version="2.4"),
    ("openvpn-tcp", 1194): of("openvpn", None),
    ("samba", 4445): of("smb", None, "smb-exposed"),
    ("samba-v1", 4445): of("smb", None, "smb-exposed", "smb-v1"),
    # It knows no network-level authentication.
    ("xrdp", 3389): of("rdp", None, "rdp-exposed", "rdp-without-nla"),
    ("xrdp-old", 3389): of("rdp", None, "rdp-exposed", "rdp-without-nla"),
    ("tinyproxy", 8888): of("http", "tinyproxy_project:tinyproxy"),
}
