package webserver

import "strings"

// Apache is a .htaccess file for the document root of the site. In such a file ProxyPass is not allowed, but the rewrite
// engine may hand requests to mod_proxy (mod_rewrite, flag P), where AllowOverride has FileInfo.
func Apache(t Target) string {
	target, socket := "http://"+t.reachable(), ""
	if path, unix := t.socket(); unix {
		target, socket = "http://localhost", "unix:"+path+"|"
	}
	return strings.NewReplacer(
		"@UNIT@", t.Unit, "@HOST@", t.Host, "@HTTP@", socket+target, "@WS@", socket+strings.Replace(target, "http:", "ws:", 1),
	).Replace(apache)
}

// The program gets the name of the site in X-Forwarded-Host: ProxyPreserveHost is not allowed here. What the certificate
// authority of the panel looks for stays with Apache. The path is taken from the request line, as the client has written it:
// what mod_dir makes of "/" (an index.html, where there is one), and what decoding loses, is not passed on.
const apache = `# .htaccess for the document root of @HOST@: Apache passes requests on to @UNIT@.
# It needs mod_rewrite, mod_proxy and mod_proxy_http, for WebSockets mod_proxy_wstunnel.
# The program finds the site's name in X-Forwarded-Host and the client in X-Forwarded-For.
RewriteEngine On

RewriteRule ^\.well-known/acme-challenge/ - [L]

<IfModule mod_headers.c>
    RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}
</IfModule>

<IfModule mod_proxy_wstunnel.c>
    RewriteCond %{HTTP:Upgrade} =websocket [NC]
    RewriteCond %{THE_REQUEST} "^\S+ (?:https?://[^/ ]+)?/([^? ]*)"
    RewriteRule ^ "@WS@/%1" [P,NE,L]
</IfModule>

RewriteCond %{THE_REQUEST} "^\S+ (?:https?://[^/ ]+)?/([^? ]*)"
RewriteRule ^ "@HTTP@/%1" [P,NE,L]
`
