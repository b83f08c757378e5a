package screen

import (
	"fmt"
	"strings"

	"unitd/ipc/protocol"
)

// AlertTests says what came of trying alerts, one line each, and what the programs have said that were to tell.
func AlertTests(list []protocol.AlertTest, style Style) string {
	var b strings.Builder
	for _, test := range list {
		line := fmt.Sprintf("%s  alert %s: told, %d ms", test.Unit, test.Alert, test.TookMS)
		if !test.OK {
			line = style.paint(red, fmt.Sprintf("%s  alert %s: not told: %s", test.Unit, test.Alert, Plain(test.Error)))
		}
		fmt.Fprintln(&b, line)
		for said := range strings.Lines(test.Output) {
			fmt.Fprintln(&b, "    "+Plain(strings.TrimRight(said, "\n")))
		}
	}
	return b.String()
}

// Alerts lists the alerts of a unit as comments below its attributes.
func Alerts(list []protocol.AlertStatus, style Style) string {
	var b strings.Builder
	for _, a := range list {
		switch {
		case a.LastError != "":
			fmt.Fprintln(&b, style.paint(red, fmt.Sprintf("# alert %s: %s not told at %s: %s", a.Name, a.LastEvent, style.moment(a.LastAt), Plain(a.LastError))))
		case a.LastEvent != "":
			fmt.Fprintf(&b, "# alert %s: %s told at %s\n", a.Name, a.LastEvent, style.moment(a.LastAt))
		default:
			fmt.Fprintf(&b, "# alert %s: nothing told yet\n", a.Name)
		}
	}
	return b.String()
}
