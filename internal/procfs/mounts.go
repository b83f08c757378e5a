package procfs

import (
	"os"
	"strings"
)

// MountPoints are the directories and files at which file systems are mounted, as this process sees them
// (proc_pid_mountinfo(5)), in the order of mounting.
func MountPoints() ([]string, error) {
	content, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	var points []string
	for line := range strings.Lines(string(content)) {
		const pointField = 4
		if fields := strings.Fields(line); len(fields) > pointField {
			points = append(points, unescape.Replace(fields[pointField]))
		}
	}
	return points, nil
}

// unescape undoes what the kernel writes for characters that would end a field.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
