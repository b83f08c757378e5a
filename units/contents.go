package units

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
)

// Contents are digests of the files that a start reads beside its unit file: of env_file and of secrets, by what names them.
// What could not be read is not among them.
type Contents map[string]string

// Contents are those that the files had when loading.
func (p *Process) Contents() Contents {
	all := Contents{}
	for _, file := range p.EnvFiles {
		if file.Unread {
			continue
		}
		sum := sha256.New()
		for _, key := range slices.Sorted(maps.Keys(file.Digests)) {
			fmt.Fprintf(sum, "%s=%s\n", key, file.Digests[key])
		}
		all[file.content()] = hex.EncodeToString(sum.Sum(nil)[:16])
	}
	for _, file := range p.SecretFiles {
		if file.Digest != "" {
			all[file.content()] = file.Digest
		}
	}
	return all
}

// content names the file among Contents.
func (f EnvFile) content() string    { return "env_file " + f.Path }
func (f SecretFile) content() string { return "secret " + f.Secret + " " + f.Path }

// Of reports that a program which was started with these has what the files hold now, as far as both are known.
func (c Contents) Of(now Contents) bool {
	for name, digest := range c {
		if is, known := now[name]; known && is != digest {
			return false
		}
	}
	return true
}

// AsNow is the unit with the contents that files of the same names have in another definition of it.
func (u *Unit) AsNow(next *Unit) *Unit {
	process := *u.Process()
	process.EnvFiles, process.SecretFiles = slices.Clone(process.EnvFiles), slices.Clone(process.SecretFiles)
	for i, file := range process.EnvFiles {
		if at := slices.IndexFunc(next.Process().EnvFiles, func(other EnvFile) bool { return other.Path == file.Path }); at >= 0 {
			process.EnvFiles[i] = next.Process().EnvFiles[at]
		}
	}
	for i, file := range process.SecretFiles {
		if at := slices.IndexFunc(next.Process().SecretFiles, func(other SecretFile) bool {
			return other.Secret == file.Secret && other.Path == file.Path
		}); at >= 0 {
			process.SecretFiles[i] = next.Process().SecretFiles[at]
		}
	}
	return u.running(process)
}

// Unlike is the unit where what runs has read other contents than its definition knows, of the files that have another digest
// in read.
func (u *Unit) Unlike(read Contents) *Unit {
	process := *u.Process()
	process.EnvFiles, process.SecretFiles = slices.Clone(process.EnvFiles), slices.Clone(process.SecretFiles)
	known := process.Contents()
	differs := func(name string) bool {
		digest, started := read[name]
		return started && known[name] != digest
	}
	for i, file := range process.EnvFiles {
		process.EnvFiles[i].Unlike = differs(file.content())
	}
	for i, file := range process.SecretFiles {
		if differs(file.content()) {
			process.SecretFiles[i].Digest = read[file.content()]
		}
	}
	return u.running(process)
}

// running is the unit with another process.
func (u *Unit) running(process Process) *Unit {
	now := *u
	switch {
	case u.App != nil:
		now.App = &App{Process: process}
	case u.Pool != nil:
		pool := *u.Pool
		pool.App, now.Pool = &process, &pool
	case u.Job != nil:
		job := *u.Job
		job.Process, now.Job = process, &job
	case u.Pipeline != nil:
		pipeline := *u.Pipeline
		pipeline.Process, now.Pipeline = process, &pipeline
	}
	return &now
}
