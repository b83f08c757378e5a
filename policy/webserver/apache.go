package webserver

import "strings"

// Apache is a .htaccess file for the document root of the site. In such a file ProxyPass is not allowed, but the rewrite
// engine may hand requests to mod_proxy (mod_rewrite, flag P), where AllowOverride has FileInfo.
func Apache(t Target) string {
	var hooks strings.Builder
	for _, hook := range t.Hooks {
		hooks.WriteString(strings.NewReplacer(
			"@UNIT@", hook.Unit, "@PATH@", strings.ReplaceAll(strings.TrimSuffix(hook.Path, "/"), ".", `\.`), "@END@", hookEnd(hook.Path), "@HTTP@", apacheTarget(hook.Address, "http"),
		).Replace(apacheHook))
	}
	if t.Address == "" {
		return strings.NewReplacer("@HOST@", t.Host, "@HOOKS@", hooks.String()).Replace(apacheHooks)
	}
	return strings.NewReplacer(
		"@UNIT@", t.Unit, "@HOST@", t.Host, "@HTTP@", apacheTarget(t.Address, "http"), "@WS@", apacheTarget(t.Address, "ws"), "@HOOKS@", hooks.String(),
	).Replace(apache)
}

// hookEnd is what follows the path of a webhook itself, without its last slash.
func hookEnd(path string) string {
	if strings.HasSuffix(path, "/") {
		return "/"
	}
	return ""
}

// apacheTarget is an address as mod_proxy takes it.
func apacheTarget(address, scheme string) string {
	if path, unix := socket(address); unix {
		return "unix:" + path + "|" + scheme + "://localhost"
	}
	return scheme + "://" + reachable(address)
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

@HOOKS@<IfModule mod_proxy_wstunnel.c>
    RewriteCond %{HTTP:Upgrade} =websocket [NC]
    RewriteCond %{THE_REQUEST} "^\S+ (?:https?://[^/ ]+)?/([^? ]*)"
    RewriteRule ^ "@WS@/%1" [P,NE,L]
</IfModule>

RewriteCond %{THE_REQUEST} "^\S+ (?:https?://[^/ ]+)?/([^? ]*)"
RewriteRule ^ "@HTTP@/%1" [P,NE,L]
`

// What comes to the path of a webhook itself, and to the status of its runs, goes to unitd.
const apacheHook = `# the webhook of @UNIT@
RewriteCond %{THE_REQUEST} "^\S+ (?:https?://[^/ ]+)?(@PATH@(?:@END@|/runs/[0-9]+))[? ]"
RewriteRule ^ "@HTTP@%1" [P,NE,L]

`

// apacheHooks is for a .htaccess file that has rules of its own.
const apacheHooks = `# For the .htaccess of @HOST@, in front of its other rules: Apache passes webhooks on to unitd.
# It needs mod_rewrite, mod_proxy and mod_proxy_http.
RewriteEngine On

<IfModule mod_headers.c>
    RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}
</IfModule>

@HOOKS@`
