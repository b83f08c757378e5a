package state

import (
	"fmt"
	"io/fs"
	"path/filepath"
)

const (
	sourcesName    = "last-good-units.json"
	sourcesVersion = 1
	// maxSources is how many bytes the unit files of one load may have together, names included.
	maxSources = 16 << 20
)

// SaveSources keeps the unit files of a good load in stateDir, by path relative to the unit directory.
// More than 16 MiB is an error.
func SaveSources(stateDir string, files map[string][]byte) error {
	size := 0
	for name, content := range files {
		if !fs.ValidPath(name) {
			return fmt.Errorf("keep unit files: %q is no path inside the unit directory", name)
		}
		size += len(name) + len(content)
	}
	if size > maxSources {
		return fmt.Errorf("keep unit files: they have %d bytes, at most %d can be kept for a later start", size, maxSources)
	}
	return Save(filepath.Join(stateDir, sourcesName), sourcesVersion, files)
}

// LoadSources returns the unit files of the last good load in stateDir; none is fs.ErrNotExist.
func LoadSources(stateDir string) (map[string][]byte, error) {
	var files map[string][]byte
	if err := Load(filepath.Join(stateDir, sourcesName), sourcesVersion, &files); err != nil {
		return nil, err
	}
	return files, nil
}
