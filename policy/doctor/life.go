package doctor

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

func cron(f Facts) Finding {
	c := f.Cron
	out := Finding{Name: "cron", Level: Fine, Found: "starts unitd: " + c.Words}
	const none = "Nothing starts unitd after a reboot of the host."
	switch {
	case c.NoProgram:
		out.Level, out.Found, out.Effect = Problem, "there is no program crontab", none
		out.Ask = "If the host has cron jobs in its panel, enter there what `unitctl boot enable --print` prints."
	case c.Refused != "":
		out.Level, out.Found, out.Effect = Problem, "not for this account: "+c.Refused, none
		out.Ask = "Ask to be let use cron (cron.allow, cron.deny), or enter in the host's panel what `unitctl boot enable --print` prints."
	case c.State == "absent":
		out.Level, out.Found, out.Effect = Problem, "none runs on this host", none
		out.Ask = "Ask for cron."
	case c.Words == "":
		out.Level, out.Found, out.Effect = Note, "it could start unitd, and does not", none
		out.Ask = "Run: unitctl boot enable"
	case c.Gone != "":
		out.Level, out.Found, out.Effect = Problem, "it would start "+c.Gone+", and there is no such program", none
		out.Ask = "Run: unitctl boot enable"
	}
	return out
}

// fromTheFuture is how far ahead a file may be that was written by a clock which is a little off.
const fromTheFuture = time.Minute

func clock(f Facts) Finding {
	c := f.Clock
	out := Finding{Name: "clock", Level: Fine, Found: "synchronised"}
	switch {
	case c.Ahead > fromTheFuture:
		out.Level, out.Found = Problem, fmt.Sprintf("set back: a file of unitd was written %s from now", c.Ahead.Round(time.Minute))
		out.Effect = "Restarts and delays go by a clock that nobody sets; times in logs and of `since` are not to be relied on."
		out.Ask = "Ask for a clock that is kept right (NTP)."
	case !c.Known:
		out.Found = "whether it is synchronised cannot be told"
	case !c.Synchronised:
		out.Level, out.Found = Note, "not synchronised, as far as the kernel knows"
		out.Effect = "Times in logs may be off; delays and restarts are not."
		out.Ask = "Ask for a clock that is kept right (NTP)."
	}
	return out
}

// unitsOf is what units go without.
func unitsOf(f Facts) []Finding {
	u := f.Units
	switch {
	case u.NoneSaid:
		return []Finding{{Name: "units", Level: Fine, Found: "none yet"}}
	case u.Problem != "":
		return []Finding{{Name: "units", Level: Problem, Found: u.Problem, Effect: "What they need is not known.", Ask: "Run: unitctl verify"}}
	}
	out := []Finding{{Name: "units", Level: Fine, Found: fmt.Sprintf("%d with a program, %s", len(u.Units), u.Where)}}
	for _, unit := range u.Units {
		for _, missing := range unit.Missing {
			out = note(out, unit, missing.Why, missing.Names)
		}
	}
	for _, warning := range u.SetUID {
		out = append(out, Finding{
			Name: "set-uid program", Level: Note, Found: warning,
			Effect: "It does its work without the rights of its file, or fails.",
			Ask:    "Give its unit: sandbox { namespace = \"off\" no_new_privileges = false }",
		})
	}
	return out
}

// note enters what a unit goes without, beside others that do for the same reason.
func note(all []Finding, unit Unit, why string, names []string) []Finding {
	f := Finding{Name: "without", Level: Note, Effect: "They run without it."}
	if unit.Required {
		f.Name, f.Level = "required", Missing
		f.Effect = "They ask for it with namespace = \"required\", and do not start."
		f.Ask = "Ask for what is missing above, or let them do without: namespace = \"auto\""
	}
	names = slices.Sorted(slices.Values(names))
	f.Found = strings.Join(names, ", ") + ": " + why
	if i := slices.IndexFunc(all, func(other Finding) bool { return other.Name == f.Name && other.Found == f.Found }); i >= 0 {
		all[i].Units = append(all[i].Units, unit.ID)
		return all
	}
	f.Units = []string{unit.ID}
	return append(all, f)
}
