package main

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"unitd/ipc/protocol"
	"unitd/policy/webserver"
)

// proxyLines is what `proxy --json` prints.
type proxyLines struct {
	ID      string `json:"id"`
	Address string `json:"address"`
	Text    string `json:"text"`
}

func newProxy(c *console) *cobra.Command {
	var apache, nginx bool
	var host, listen string
	cmd := &cobra.Command{
		Use: "proxy UNIT [PIPELINE…] --apache|--nginx", Short: "Print what puts a unit behind the account's web server", GroupID: look,
		Args: takes(1, maxProxied), ValidArgsFunction: c.completeUnits,
		Long: `Print what puts a unit behind the account's web server: a .htaccess file, or a
server block. Of a pipeline it is what puts its webhook there; with a unit and
pipelines both are in one file.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if apache == nginx {
				return usage("proxy: give --apache for a .htaccess file or --nginx for a server block")
			}
			target, err := c.target(cmd.Context(), args, listen)
			if err != nil {
				return err
			}
			target.Host = host
			if err := target.Check(); err != nil {
				return usage("proxy %s: %v", target.Unit, err)
			}
			lines := proxyLines{ID: target.Unit, Address: target.Address, Text: webserver.Apache(target)}
			if target.Address == "" {
				lines.Address = target.Hooks[0].Address
			}
			if nginx {
				lines.Text = webserver.Nginx(target)
			}
			return c.print(lines, lines.Text)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&apache, "apache", false, "print a .htaccess file for the site's document root")
	flags.BoolVar(&nginx, "nginx", false, "print a server block")
	flags.StringVar(&host, "host", "example.org", "`NAME` of the site")
	flags.StringVar(&listen, "listen", "", "`NAME` of the listen block, where the unit has several")
	return cmd
}

// maxProxied is how many units can be put behind a web server at once: one, and the webhooks of pipelines.
const maxProxied = 20

// target is what requests are passed on to: a unit that listens, and pipelines with webhooks, in any order.
func (c *console) target(ctx context.Context, args []string, listen string) (webserver.Target, error) {
	list, err := c.units(ctx, args)
	if err != nil {
		return webserver.Target{}, err
	}
	var target webserver.Target
	for _, u := range list {
		if hook, ok := webhookOf(u); ok {
			target.Hooks = append(target.Hooks, webserver.Hook{Unit: u.ID, Address: hook.Address, Path: hook.Path})
			target.Unit = cmp.Or(target.Unit, u.ID)
			continue
		}
		if target.Address != "" {
			return webserver.Target{}, usage("proxy: %s are several units; name one, and pipelines with webhooks", strings.Join(args, " "))
		}
		at, err := listenerOf(u, listen)
		if err != nil {
			return webserver.Target{}, err
		}
		target.Unit, target.Address = u.ID, at.Address
	}
	return target, nil
}

// listenerOf finds the listener that a web server is to pass requests on to.
func listenerOf(u protocol.UnitStatus, name string) (protocol.Listen, error) {
	var names []string
	for _, l := range u.Listen {
		if l.Name == name || name == "" && len(u.Listen) == 1 {
			return l, nil
		}
		names = append(names, l.Name)
	}
	switch {
	case u.Kind == "pipeline":
		return protocol.Listen{}, usage("proxy: %s has no webhook: give it a trigger \"webhook\" block", u.ID)
	case len(names) == 0:
		return protocol.Listen{}, usage("proxy: %s listens nowhere: give it a listen block", u.ID)
	case name == "":
		return protocol.Listen{}, usage("proxy: %s listens in several places; say which by --listen: %s", u.ID, strings.Join(names, ", "))
	}
	return protocol.Listen{}, usage("proxy: %s has no listener %q; there is %s", u.ID, name, strings.Join(names, ", "))
}
