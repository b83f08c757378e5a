package webserver

import "strings"

// Nginx is a server block, and the map that it needs, for the http block of nginx; with webhooks only, what stands in a server
// block for them.
func Nginx(t Target) string {
	var hooks strings.Builder
	for _, hook := range t.Hooks {
		for _, location := range []string{"= " + hook.Path, "^~ " + strings.TrimSuffix(hook.Path, "/") + "/runs/"} {
			text := strings.NewReplacer("@UNIT@", hook.Unit, "@LOCATION@", location, "@HTTP@", nginxTarget(hook.Address)).Replace(nginxHook)
			if t.Address == "" {
				text = strings.ReplaceAll(strings.TrimPrefix(text, "    "), "\n    ", "\n")
			}
			hooks.WriteString(text)
		}
	}
	if t.Address == "" {
		return strings.NewReplacer("@HOST@", t.Host, "@HOOKS@", hooks.String()).Replace(nginxHooks)
	}
	return strings.NewReplacer(
		"@UNIT@", t.Unit, "@HOST@", t.Host, "@HTTP@", nginxTarget(t.Address), "@VARIABLE@", "upgraded_"+variable(t.Unit), "@HOOKS@", hooks.String(),
	).Replace(nginx)
}

// nginxTarget is an address as proxy_pass takes it; without a path behind it the one of the request stays.
func nginxTarget(address string) string {
	if path, unix := socket(address); unix {
		return "http://unix:" + path + ":"
	}
	return "http://" + reachable(address)
}

// variable makes what may be a variable's name in nginx; each unit has one of its own, since no two maps may share one.
func variable(unit string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, unit)
}

// nginx reads a body whole before it asks, and buffers answers, so that slow clients keep no worker.
const nginx = `# For the http block of nginx: @HOST@ is passed on to @UNIT@.
map $http_upgrade $@VARIABLE@ {
    default upgrade;
    ""      "";
}

server {
    listen 80;
    server_name @HOST@;
    client_max_body_size 20m; # larger uploads get 413

@HOOKS@    location / {
        proxy_pass @HTTP@;
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Host $http_host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $@VARIABLE@;
        proxy_read_timeout 300s;
    }
}
`

// nginx reads the body of a webhook whole before unitd is asked.
const nginxHook = `    location @LOCATION@ { # the webhook of @UNIT@
        proxy_pass @HTTP@;
        client_max_body_size 4m;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Host $http_host;
        proxy_set_header X-Forwarded-Proto $scheme;
    }

`

// nginxHooks is for a server block that is there already.
const nginxHooks = `# For the server block of @HOST@ in nginx: webhooks are passed on to unitd.
@HOOKS@`
