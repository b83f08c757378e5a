package webserver

import "strings"

// Nginx is a server block, and the map that it needs, for the http block of nginx.
func Nginx(t Target) string {
	target := "http://" + t.reachable()
	if path, unix := t.socket(); unix {
		target = "http://unix:" + path + ":" // without a path behind it the one of the request stays
	}
	return strings.NewReplacer(
		"@UNIT@", t.Unit, "@HOST@", t.Host, "@HTTP@", target, "@VARIABLE@", "upgraded_"+variable(t.Unit),
	).Replace(nginx)
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

    location / {
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
