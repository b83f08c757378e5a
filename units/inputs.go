package units

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Inputs are what a load takes from the command line.
type Inputs struct {
	// Vars are the values of --var, by the variable's name.
	Vars map[string]string
	// Kept are those of an earlier start: weaker, and one without a variable is left out with a warning, since
	// the variable may have gone from the files since.
	Kept map[string]string
	// Strict makes errors of what a start would trip over: env_file, command and directory as they are
	// now. A normal load warns, since they may come before the unit starts.
	Strict bool
	// Verbs are the words that `verbs` of a control socket may hold; nil: any.
	Verbs []string
	// Version is that of this unitd, for required_version; "" skips the check.
	Version string
}

// input is a variable's value as text, and where it came from.
type input struct {
	text, source string
	at           hcl.Range // empty outside files
}

// origin names the source in a sentence.
func (i input) origin() string {
	switch i.source {
	case "environment", "command line", "default":
		return "the " + i.source
	}
	return i.source
}

// inputs are the sources of variables beside their defaults.
type inputs struct {
	host       Host
	vars, kept map[string]string
	files      []configEntry // weakest first
	used       map[string]bool
}

// configEntry is one line of a config file.
type configEntry struct {
	key string
	input
}

// configKey is what a variable is called in config files, in lower case.
func configKey(variable string) string {
	return strings.ReplaceAll(strings.ToLower(variable), "-", "_")
}

// readInputs reads the config files.
func (n *names) readInputs(sources map[string][]byte, given Inputs) *inputs {
	in := &inputs{host: n.host, vars: given.Vars, kept: given.Kept, used: map[string]bool{}}
	for _, file := range []string{configFile, localConfigFile} {
		in.files = append(in.files, n.readConfig(file, sources[file])...)
	}
	return in
}

// readConfig reads one config file line by line, so that each mistake has its place.
func (n *names) readConfig(file string, content []byte) []configEntry {
	var entries []configEntry
	offset := 0
	for number, line := range bytes.Split(content, []byte("\n")) {
		at := hcl.Range{
			Filename: file,
			Start:    hcl.Pos{Line: number + 1, Column: 1, Byte: offset},
			End:      hcl.Pos{Line: number + 1, Column: 1, Byte: offset},
		}
		name, _, _ := bytes.Cut(line, []byte("="))
		at.End.Byte += len(name)
		at.End.Column += len(name)
		offset += len(line) + 1
		values, err := ParseEnv(line)
		if err != nil {
			// A broken line may hold anything, a password for one: show nothing of it.
			at.End = at.Start
			d := n.error(at, "read "+file+": "+lineError(err), "Write KEY=VALUE, the value in quotes where it holds spaces or #.")
			d.Extra = redacted{}
			continue
		}
		for key, value := range values {
			entries = append(entries, configEntry{key, input{value, file, at}})
		}
	}
	return entries
}

// strongest finds the value that wins: --var, the environment, config.local.env, config.env.
func (in *inputs) strongest(variable string) (input, bool) {
	key := configKey(variable)
	in.used[key] = true
	for _, vars := range []map[string]string{in.vars, in.kept} {
		if text, ok := vars[variable]; ok {
			return input{text: text, source: "command line"}, true
		}
	}
	for _, name := range []string{variable, strings.ReplaceAll(variable, "-", "_")} {
		if text, ok := in.host.Getenv("UNITD_VAR_" + name); ok {
			return input{text: text, source: "environment"}, true
		}
	}
	for _, entry := range slices.Backward(in.files) {
		if strings.EqualFold(entry.key, key) {
			return entry.input, true
		}
	}
	return input{}, false
}

// reportUnknown reports values for variables that do not exist, and --var for a sensitive one.
func (in *inputs) reportUnknown(n *names) {
	names := slices.Collect(maps.Keys(n.variables))
	for _, entry := range in.files {
		if in.used[strings.ToLower(entry.key)] || n.incomplete() {
			continue
		}
		d := n.warning(entry.at, entry.key+" sets no variable", didYouMean(strings.ToLower(entry.key), names, "Write variable \""+strings.ToLower(entry.key)+"\" { … } into a unit file, or take it out."))
		d.Extra = redacted{}
	}
	for _, name := range slices.Sorted(maps.Keys(in.kept)) {
		if n.variables[name] == nil && !n.incomplete() {
			n.warning(hcl.Range{}, "--var "+name+" of an earlier start: no such variable", "It is left out.")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.vars)) {
		v := n.variables[name]
		switch {
		case v == nil && !n.incomplete():
			n.error(hcl.Range{}, "--var "+name+": no such variable", didYouMean(name, names, declare(name)))
		case v != nil && v.sensitive:
			n.error(hcl.Range{}, "--var "+name+": the variable is sensitive",
				"A command line is visible in the process list. Use "+localConfigFile+", the environment or secret().")
		}
	}
}
