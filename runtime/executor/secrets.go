package executor

import (
	"bytes"
	"fmt"
	"path/filepath"

	"unitd/internal/script"
	"unitd/policy/lifecycle"
	"unitd/runtime/credential"
	"unitd/runtime/namespace"
	"unitd/runtime/process"
	"unitd/units"
)

// secrets are those of one start, until they are placed.
type secrets struct {
	directory string
	files     []credential.File
}

// secretsOf reads the secrets of a program, each file at every start; nil: it has none. Errors quote nothing of them.
func (x *Executor) secretsOf(launch *lifecycle.Launch, directory string) (*secrets, error) {
	if launch.Credentials == "" {
		return nil, nil
	}
	files, err := x.Secrets(launch.Program, directory)
	return &secrets{launch.Credentials, files}, err
}

// Secrets reads the secrets of a program that works in a directory.
func (x *Executor) Secrets(program units.Program, directory string) ([]credential.File, error) {
	files := make([]credential.File, len(program.Secrets))
	size := 0
	for i, secret := range program.Secrets {
		content := []byte(secret.Value)
		if path := secret.File; path != "" {
			if !filepath.IsAbs(path) {
				path = filepath.Join(directory, path)
			}
			var err error
			if content, err = x.config.ReadSecret(path); err != nil {
				return nil, fmt.Errorf("secret %s: %s: %w", secret.Name, path, err)
			}
		}
		if size += len(content); size > units.MaxSecrets {
			return nil, fmt.Errorf("secret %s: with it the secrets have more than 1 MiB together", secret.Name)
		}
		files[i] = credential.File{Name: secret.Name, Content: content}
	}
	return files, nil
}

// addSecrets sets the variables of secrets with env = true, without a last newline, as secret() has it.
func (e *environment) addSecrets(program units.Program, files []credential.File) error {
	for i, secret := range program.Secrets {
		if !secret.Env {
			continue
		}
		value := bytes.TrimSuffix(files[i].Content, []byte("\n"))
		switch {
		case bytes.IndexByte(value, 0) >= 0:
			return fmt.Errorf("secret %s: it holds a NUL byte, which no variable can: take env = true out", secret.Name)
		case len(secret.Name)+len(value)+2 > units.MaxVariable:
			return fmt.Errorf("secret %s: %d bytes are too many for a variable, which takes 128 KiB: take env = true out", secret.Name, len(value))
		}
		e.set(secret.Name, string(value))
	}
	return nil
}

// place puts the secrets of a run where its program finds them: in memory, as part of namespaces of its own, or in the
// runtime directory. A program that joins the namespaces of another finds the secrets of that one.
func (x *Executor) place(spec *process.Spec, r *run) error {
	s := r.secrets
	r.secrets = nil // from here on they are kept by nobody else
	switch {
	case s == nil:
		return nil
	case spec.Namespaces != nil:
		furnish, own := spec.Namespaces.Furnish, *spec.Namespaces
		own.Furnish = func(part *script.Script) {
			furnish(part)
			s.inMemory().Place(part)
		}
		spec.Namespaces = &own
		return nil
	case x.joinsContained(spec.Join):
		return nil
	}
	name := filepath.Base(s.directory)
	if err := x.credentials.Take(name, s.files); err != nil {
		return err
	}
	r.credentials = name
	return nil
}

// joinsContained reports a run that has namespaces, for one beside it.
func (x *Executor) joinsContained(token uint64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	r := x.runs[token]
	return r != nil && r.contained
}

func (s *secrets) inMemory() namespace.Credentials {
	c := namespace.Credentials{Mount: filepath.Dir(s.directory), Name: filepath.Base(s.directory)}
	for _, file := range s.files {
		c.Files = append(c.Files, namespace.Credential(file))
	}
	return c
}

// takeAway removes the secrets of a run that has ended, unless another process of the unit still has them.
func (x *Executor) takeAway(r *run) {
	if r.credentials == "" {
		return
	}
	if err := x.credentials.Release(r.credentials); err != nil {
		x.config.Logger.Error("secrets are left", "unit", r.unit, "error", err)
	}
	r.credentials = ""
}
