package units

import (
	"bytes"
	"io/fs"
	"maps"
	"strings"
)

// withheld begins a line that stands for one of a config file that is not kept; the key follows.
const withheld = "# sensitive: "

// Keepable are the sources of a good load as they may be kept on disk: of config files without the values of sensitive
// variables, and of keys that set no variable. CompleteSources puts these back.
func (s *Set) Keepable() map[string][]byte {
	plain := map[string]bool{}
	for _, v := range s.Variables {
		plain[configKey(v.Name)] = !v.Sensitive
	}
	kept := maps.Clone(s.Sources)
	for _, name := range []string{configFile, localConfigFile} {
		if content, ok := kept[name]; ok {
			kept[name] = eachLine(content, func(line, key string) string {
				if key == "" || plain[strings.ToLower(key)] {
					return line
				}
				return withheld + key
			})
		}
	}
	return kept
}

// CompleteSources puts into kept sources what was withheld of them, as the config files of a unit directory have it now.
// What is no longer there stays out.
func CompleteSources(kept map[string][]byte, directory fs.FS) map[string][]byte {
	complete := maps.Clone(kept)
	for _, name := range []string{configFile, localConfigFile} {
		content, ok := kept[name]
		if !ok || !bytes.Contains(content, []byte(withheld)) {
			continue
		}
		current, err := readBounded(directory, name)
		if err != nil {
			continue // what is missing is said when the sources are loaded
		}
		now := map[string]string{}
		eachLine(current, func(line, key string) string {
			now[key] = line
			return line
		})
		complete[name] = eachLine(content, func(line, _ string) string {
			if key, ok := strings.CutPrefix(line, withheld); ok && now[key] != "" {
				return now[key]
			}
			return line
		})
	}
	return complete
}

// eachLine changes the lines of a config file; key is "" for one that sets nothing.
func eachLine(content []byte, change func(line, key string) string) []byte {
	lines := strings.Split(string(content), "\n")
	for i, line := range lines {
		key := ""
		if values, err := ParseEnv([]byte(line)); err == nil {
			for name := range values {
				key = name
			}
		}
		lines[i] = change(line, key)
	}
	return []byte(strings.Join(lines, "\n"))
}
