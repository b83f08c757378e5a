package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"unitd/internal/dirs"
)

// options are what the command line says.
type options struct {
	dirs      dirs.Flags
	vars      map[string]string
	detach    bool
	ensure    bool
	allowRoot bool
	noGuard   bool
	// checkHandover: say whether this program can take over what fd 3 tells. No person calls it.
	checkHandover bool
	version       bool
}

const usage = `unitd starts and supervises the units of this account.

usage: unitd [flags]

  --units DIR        unit files (default ~/.config/unitd/units; UNITD_UNITS)
  --state-dir DIR    state and logs (default ~/.local/state/unitd; UNITD_STATE_DIR)
  --runtime-dir DIR  sockets and lock (default STATE/run; UNITD_RUNTIME_DIR)
  --var NAME=VALUE   set a variable of the unit files; may be repeated
  --detach           go to the background; returns when the control socket answers
  --ensure           do nothing if a manager runs already, or was shut down on purpose
  --no-guard         who has started unitd starts it again when it dies; it makes no guard that does
  --allow-root       run as root all the same
  --version          print the version

Steer it with unitctl.
`

// parse reads the command line.
func parse(args []string, stderr io.Writer) (options, error) {
	o := options{vars: map[string]string{}}
	flags := flag.NewFlagSet("unitd", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the caller prints the error
	flags.Usage = func() { fmt.Fprint(stderr, usage) }
	flags.StringVar(&o.dirs.Units, "units", "", "")
	flags.StringVar(&o.dirs.State, "state-dir", "", "")
	flags.StringVar(&o.dirs.Runtime, "runtime-dir", "", "")
	flags.BoolVar(&o.detach, "detach", false, "")
	flags.BoolVar(&o.ensure, "ensure", false, "")
	flags.BoolVar(&o.checkHandover, "check-handover", false, "")
	flags.BoolVar(&o.noGuard, "no-guard", false, "")
	flags.BoolVar(&o.allowRoot, "allow-root", false, "")
	flags.BoolVar(&o.version, "version", false, "")
	flags.Func("var", "", func(text string) error {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return errors.New("write --var NAME=VALUE")
		}
		o.vars[name] = value
		return nil
	})
	// Help is for who asks for it, not for every slip.
	asked := slices.ContainsFunc(args, func(arg string) bool { return slices.Contains([]string{"-h", "-help", "--help"}, arg) })
	if !asked {
		flags.Usage = func() {}
	}
	if err := flags.Parse(args); err != nil {
		return o, explainFlag(err)
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q; units are steered with unitctl", flags.Arg(0))
	}
	return o, nil
}

// explainFlag puts what package flag says into the words of the usage.
func explainFlag(err error) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		return fmt.Errorf("unknown flag --%s", name)
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return fmt.Errorf("--%s needs an argument", name)
	}
	return err
}

// arguments are the flags for a manager in the background, whose working directory is another one.
func (o options) arguments(d dirs.Dirs) []string {
	args := []string{"--units", d.Units, "--state-dir", d.State, "--runtime-dir", d.Runtime}
	for _, name := range slices.Sorted(maps.Keys(o.vars)) {
		args = append(args, "--var", name+"="+o.vars[name])
	}
	if o.noGuard {
		args = append(args, "--no-guard")
	}
	if o.allowRoot {
		args = append(args, "--allow-root")
	}
	return args
}
