package restart

import (
	"testing"

	"unitd/units"
)

func TestClassify(t *testing.T) {
	success := units.ExitSet{Codes: []int{75}, Signals: []units.Signal{"SIGUSR1"}}
	for name, c := range map[string]struct {
		exit Exit
		want units.Reason
	}{
		"exit 0":                      {Exit{}, units.ReasonClean},
		"exit 3":                      {Exit{Code: 3}, units.ReasonExit},
		"code of success_exit":        {Exit{Code: 75}, units.ReasonClean},
		"signal of success_exit":      {Exit{Signal: "SIGUSR1"}, units.ReasonClean},
		"code beside a signal":        {Exit{Code: 75, Signal: "SIGKILL"}, units.ReasonSignal},
		"SIGTERM":                     {Exit{Signal: "SIGTERM"}, units.ReasonKilled},
		"SIGINT":                      {Exit{Signal: "SIGINT"}, units.ReasonKilled},
		"SIGHUP":                      {Exit{Signal: "SIGHUP"}, units.ReasonKilled},
		"SIGPIPE":                     {Exit{Signal: "SIGPIPE"}, units.ReasonKilled},
		"SIGKILL":                     {Exit{Signal: "SIGKILL"}, units.ReasonSignal},
		"SIGSEGV with core":           {Exit{Signal: "SIGSEGV", Core: true}, units.ReasonCore},
		"SIGKILL by the OOM killer":   {Exit{Signal: "SIGKILL", OOM: true}, units.ReasonOOM},
		"a child was OOM killed":      {Exit{Code: 1, OOM: true}, units.ReasonOOM},
		"OOM, and it bore that":       {Exit{OOM: true}, units.ReasonClean},
		"memory limit of the manager": {Exit{Signal: "SIGKILL", Cause: units.ReasonOOM, Told: true}, units.ReasonOOM},
		"stopped":                     {Exit{Signal: "SIGTERM", Cause: units.ReasonStop, Told: true}, units.ReasonStop},
		"stopped, exit 1":             {Exit{Code: 1, Cause: units.ReasonStop, Told: true}, units.ReasonStop},
		"timeout":                     {Exit{Signal: "SIGKILL", Cause: units.ReasonTimeout, Told: true}, units.ReasonTimeout},
		"watchdog":                    {Exit{Signal: "SIGABRT", Core: true, Cause: units.ReasonWatchdog, Told: true}, units.ReasonWatchdog},
		"hang":                        {Exit{Signal: "SIGKILL", Cause: units.ReasonHang, Told: true}, units.ReasonHang},
		"health":                      {Exit{Signal: "SIGTERM", Cause: units.ReasonHealth, Told: true}, units.ReasonHealth},
		"recycled":                    {Exit{Signal: "SIGTERM", Cause: units.ReasonRecycle, Told: true}, units.ReasonRecycle},
		"recycled, exit 1 when told":  {Exit{Code: 1, Cause: units.ReasonRecycle, Told: true}, units.ReasonRecycle},
		"recycles itself":             {Exit{Cause: units.ReasonRecycle}, units.ReasonRecycle},
		"crashes instead":             {Exit{Code: 1, Cause: units.ReasonRecycle}, units.ReasonExit},
		"killed instead":              {Exit{Signal: "SIGKILL", Cause: units.ReasonRecycle}, units.ReasonSignal},
	} {
		if got := Classify(c.exit, success); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestSucceeded(t *testing.T) {
	for _, c := range []struct {
		reason           units.Reason
		program, oneshot bool
	}{
		{units.ReasonClean, true, true},
		{units.ReasonKilled, true, false},
		{units.ReasonRecycle, true, true},
		{units.ReasonStop, true, true},
		{units.ReasonExit, false, false},
		{units.ReasonSignal, false, false},
		{units.ReasonCore, false, false},
		{units.ReasonOOM, false, false},
		{units.ReasonTimeout, false, false},
		{units.ReasonWatchdog, false, false},
		{units.ReasonHang, false, false},
		{units.ReasonHealth, false, false},
	} {
		if got := Succeeded(c.reason, false); got != c.program {
			t.Errorf("%s of a program: %v", c.reason, got)
		}
		if got := Succeeded(c.reason, true); got != c.oneshot {
			t.Errorf("%s of a oneshot: %v", c.reason, got)
		}
	}
}
