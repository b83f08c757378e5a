package main

import (
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
		Use: "proxy UNIT --apache|--nginx", Short: "Print what puts a unit behind the account's web server", GroupID: look,
		Args: takes(1, 1), ValidArgsFunction: c.completeOneUnit,
		RunE: func(cmd *cobra.Command, args []string) error {
			if apache == nginx {
				return usage("proxy: give --apache for a .htaccess file or --nginx for a server block")
			}
			list, err := c.units(cmd.Context(), args)
			if err != nil {
				return err
			}
			if len(list) != 1 {
				return usage("proxy: %s are several units; name one", args[0])
			}
			at, err := listenerOf(list[0], listen)
			if err != nil {
				return err
			}
			target := webserver.Target{Unit: list[0].ID, Address: at.Address, Host: host}
			if err := target.Check(); err != nil {
				return usage("proxy %s: %v", list[0].ID, err)
			}
			lines := proxyLines{ID: target.Unit, Address: target.Address, Text: webserver.Apache(target)}
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
	case len(names) == 0:
		return protocol.Listen{}, usage("proxy: %s listens nowhere: give it a listen block", u.ID)
	case name == "":
		return protocol.Listen{}, usage("proxy: %s listens in several places; say which by --listen: %s", u.ID, strings.Join(names, ", "))
	}
	return protocol.Listen{}, usage("proxy: %s has no listener %q; there is %s", u.ID, name, strings.Join(names, ", "))
}
