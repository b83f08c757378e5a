package executor

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"unitd/internal/script"
	"unitd/runtime/namespace"
	"unitd/runtime/process"
	"unitd/runtime/sandbox"
	"unitd/units"
)

// kernel is what this one has of what runtime/sandbox needs. It does not change.
type kernel struct {
	filters  bool
	landlock int
}

func lookAtKernel() kernel {
	return kernel{filters: sandbox.HasFilters(), landlock: sandbox.LandlockVersion()}
}

// confine has a program give up what no namespace takes from it.
func (x *Executor) confine(spec *process.Spec, p *units.Process) error {
	s, kernel := &p.Sandbox, x.containment.kernel
	rules, err := rulesOf(spec, &s.Landlock, kernel.landlock)
	if err != nil {
		return err
	}
	if len(s.ByLandlock()) > 0 && kernel.landlock > 0 {
		spec.Confine = rules.Apply
	}
	filter := sandbox.Filter{
		Calls: s.Seccomp, Families: s.RestrictAddressFamily, LockPersonality: s.LockPersonality,
		PlainTCP: rules.TCP && kernel.landlock >= sandbox.VersionTCP,
	}
	if filter.Empty() || !kernel.filters {
		return nil
	}
	var part script.Script
	if err := filter.Apply(&part); err != nil {
		return err
	}
	spec.Filter = func(s *script.Script) { s.Ops = append(s.Ops, part.Ops...) }
	return nil
}

// rulesOf resolves the paths of a landlock block. What is theirs by other blocks programs may use: their secrets.
func rulesOf(spec *process.Spec, l *units.Landlock, version int) (sandbox.Rules, error) {
	rules := sandbox.Rules{Version: version, Files: l.Files(), TCP: l.ConnectTCP != nil, Ports: l.ConnectTCP}
	for _, scope := range l.Scopes {
		rules.AbstractSockets = rules.AbstractSockets || scope == "abstract_unix_socket"
		rules.Signals = rules.Signals || scope == "signal"
	}
	if !rules.Files || version == 0 {
		return rules, nil
	}
	for _, list := range []struct {
		name   string
		paths  []string
		rights sandbox.Rights
	}{{"read_only", l.ReadOnly, sandbox.Read}, {"read_write", l.ReadWrite, sandbox.Write}, {"execute", l.Execute, sandbox.Execute}} {
		for _, name := range list.paths {
			if !filepath.IsAbs(name) {
				name = filepath.Join(spec.Dir, name)
			}
			words := "landlock " + list.name
			info, err := os.Stat(name)
			switch {
			case isMissing(err):
				return rules, fmt.Errorf("%s: %s does not exist; create it or take it out", words, name)
			case err != nil:
				return rules, fmt.Errorf("%s: %w", words, err)
			}
			rules.Paths = append(rules.Paths, sandbox.Beneath{Path: name, File: !info.IsDir(), Rights: list.rights, Words: words + " " + name})
		}
	}
	for _, entry := range spec.Env {
		if dir, ok := strings.CutPrefix(entry, "CREDENTIALS_DIRECTORY="); ok {
			rules.Paths = append(rules.Paths, sandbox.Beneath{Path: dir, Words: "landlock " + dir})
		}
	}
	return rules, checkExecutable(rules, spec)
}

// checkExecutable finds a program that the rules do not let start: execve(2) would only say that permission is denied.
func checkExecutable(rules sandbox.Rules, spec *process.Spec) error {
	path := spec.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(spec.Dir, path)
	}
	resolved, missing := filepath.EvalSymlinks(path)
	if missing != nil { // the start itself says so
		resolved = path
	}
	for _, b := range rules.Paths {
		if above, err := filepath.EvalSymlinks(b.Path); err == nil && b.Rights == sandbox.Execute && namespace.Within(resolved, above) {
			return nil
		}
	}
	return fmt.Errorf("exec %s: landlock does not let it start; name it, or a directory above it, in execute", path)
}
