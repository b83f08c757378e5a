package screen

import (
	"fmt"
	"strings"

	"unitd/ipc/protocol"
)

// Plan draws what apply would do, and why.
func Plan(plan protocol.Plan, style Style) string {
	var b strings.Builder
	if plan.Warnings != "" {
		fmt.Fprintf(&b, "%s\n\n", strings.TrimRight(plan.Warnings, "\n"))
	}
	unit, action := 0, 0
	for _, c := range plan.Changes {
		unit, action = max(unit, len(c.Unit)), max(action, len(c.Action))
	}
	for _, c := range plan.Consequences {
		unit = max(unit, len(c.Unit))
	}
	for _, o := range plan.Overrides {
		unit = max(unit, len(o.Unit))
	}
	for _, c := range plan.Changes {
		sign, colour := changeSign(c.Action)
		line := fmt.Sprintf("%s  %s", pad(c.Unit, unit, false), pad(c.Action, action, false))
		if c.Reason != "" {
			line += "  " + Plain(c.Reason)
		}
		fmt.Fprintf(&b, "%s %s\n", style.paint(colour, sign), strings.TrimRight(line, " "))
		for _, a := range c.Attributes {
			if a.Old == "" && a.New == "" && strings.Contains(c.Reason, strings.Replace(a.Name, ".", " ", 1)+":") {
				continue // the reason says all that may be shown of it
			}
			fmt.Fprintf(&b, "      %s\n", attributeChange(a))
		}
	}
	for _, c := range plan.Consequences {
		fmt.Fprintf(&b, "  %s  is %s: %s\n", pad(c.Unit, unit, false), past(c.Verb), Plain(c.Reason))
	}
	for _, o := range plan.Overrides {
		fmt.Fprintf(&b, "  %s  %s is %s by hand (the unit files say %s)\n", pad(o.Unit, unit, false), o.Attribute, o.Value, o.Configured)
	}
	return b.String()
}

// PlanSummary says how much there is to do, in one line.
func PlanSummary(plan protocol.Plan) string {
	if len(plan.Changes) == 0 {
		return "nothing to apply"
	}
	return Count(len(plan.Changes), "change") + " not applied: unitctl apply"
}

// past is what has been done to a unit by a verb.
func past(verb string) string {
	switch verb {
	case protocol.Start, protocol.Restart:
		return verb + "ed"
	case protocol.Stop:
		return verb + "ped"
	}
	return verb
}

func changeSign(action string) (sign, colour string) {
	switch action {
	case protocol.Added:
		return "+", green
	case protocol.Removed:
		return "-", red
	}
	return "~", yellow
}

func attributeChange(a protocol.AttributeChange) string {
	switch {
	case a.Old == "" && a.New == "":
		return a.Name
	case a.Old == "":
		return fmt.Sprintf("%s: %s", a.Name, Plain(a.New))
	case a.New == "":
		return fmt.Sprintf("%s: %s -> removed", a.Name, Plain(a.Old))
	}
	return fmt.Sprintf("%s: %s -> %s", a.Name, Plain(a.Old), Plain(a.New))
}
