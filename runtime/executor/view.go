package executor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"unitd/runtime/namespace"
	"unitd/units"
)

// view gathers what is different in the file system of a unit. What the manager keeps from units comes last, since it
// counts most.
type view struct {
	containment *containment
	dir         string // of the program, without symlinks; "": none
	views       []namespace.View
	writable    []string // directories that are the unit's, whatever is around them
}

// views are what is different in the file system of a program that is started in a directory.
func (c *containment) views(home, dir string, p *units.Process) ([]namespace.View, error) {
	v := &view{containment: c, dir: dir}
	s := &p.Sandbox
	err := errors.Join(v.home(home, s.ProtectHome), v.tmp(s), v.devices(s.PrivateDev, s.TmpSize))
	if err == nil {
		err = v.lists(s)
	}
	if err != nil {
		return nil, err
	}
	v.manager(p)
	return namespace.Arrange(v.views), nil
}

// home protects the home directory and the one of logins.
func (v *view) home(home, mode string) error {
	if mode == "no" || mode == "" {
		return nil
	}
	const by = "protect_home"
	for _, dir := range []string{home, "/run/user/" + strconv.Itoa(os.Getuid())} {
		target, err := filepath.EvalSymlinks(dir)
		switch {
		case isMissing(err) && dir != home:
			continue
		case err != nil:
			return fmt.Errorf("%s: %w", by, err)
		case mode == "tmpfs":
			const room = 1 << 20 // for the places of what is shown all the same
			v.empty(by, target, namespace.Tmpfs(0o700, room), false)
		default:
			if err := v.again(by, "make "+target+" read-only", target, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// tmp gives the unit directories for temporary files of its own.
func (v *view) tmp(s *units.Sandbox) error {
	if !s.PrivateTmp {
		return nil
	}
	var done []string
	for _, dir := range []string{"/tmp", "/var/tmp"} {
		target, err := filepath.EvalSymlinks(dir)
		switch {
		case isMissing(err) || slices.Contains(done, target):
			continue
		case err != nil:
			return fmt.Errorf("private_tmp: %w", err)
		}
		done = append(done, target)
		v.empty("private_tmp", target, namespace.Tmpfs(0o1777, s.TmpSize), true)
	}
	return nil
}

// devices shows those only that are no hardware, as PrivateDevices= does (systemd.exec(5)).
func (v *view) devices(private bool, tmpSize int64) error {
	if !private {
		return nil
	}
	const by, words, room = "private_dev", "mount private_dev", 1 << 20
	v.empty(by, "/dev", namespace.Tmpfs(0o755, room), false)
	for _, name := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		if err := v.again(by, words, "/dev/"+name, true); err != nil {
			return err
		}
	}
	v.empty(by, "/dev/shm", namespace.Tmpfs(0o1777, tmpSize), true)
	v.views = append(v.views, namespace.View{
		By: by, Words: words, Target: "/dev/pts", Type: "devpts", Options: "newinstance,ptmxmode=0666,mode=620", Writable: true,
	})
	for _, link := range [][2]string{
		{"/dev/ptmx", "pts/ptmx"}, {"/dev/fd", "/proc/self/fd"}, {"/dev/stdin", "/proc/self/fd/0"},
		{"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"},
	} {
		v.views = append(v.views, namespace.View{By: by, Words: words, Target: link[0], Link: link[1]})
	}
	return nil
}

// lists are the paths that the unit files name.
func (v *view) lists(s *units.Sandbox) error {
	for _, list := range []struct {
		name     string
		paths    []string
		writable bool
	}{
		{"read_only", s.ReadOnly, false}, {"read_write", s.ReadWrite, true}, {"hidden", s.Hidden, false},
	} {
		for _, name := range list.paths {
			target, err := v.find(list.name, name)
			switch {
			case err != nil:
				return err
			case list.name == "hidden":
				err = v.hide(target)
			case list.writable:
				v.writable = append(v.writable, target)
				err = v.again(list.name, "make "+target+" writable", target, true)
			default:
				err = v.again(list.name, "make "+target+" read-only", target, false)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// find resolves a path of a list.
func (v *view) find(list, name string) (string, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(v.dir, name)
	}
	target, err := filepath.EvalSymlinks(name)
	if isMissing(err) {
		return "", fmt.Errorf("%s: %s does not exist; create it or take it out", list, name)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", list, err)
	}
	for _, cover := range v.containment.front.covers {
		if namespace.Within(target, cover.Target) {
			return "", fmt.Errorf("%s: units do not see %s, which is the manager's; take %s out", list, cover.Target, name)
		}
	}
	return target, nil
}

// hide covers a directory or file with one that nobody may open.
func (v *view) hide(target string) error {
	if info, err := os.Stat(target); err != nil {
		return fmt.Errorf("hidden: %w", err)
	} else if info.IsDir() {
		const room = 256 << 10
		v.views = append(v.views, namespace.View{
			By: "hidden", Words: "hide " + target, Target: target, Type: "tmpfs", Options: namespace.Tmpfs(0, room),
		})
		return nil
	}
	nothing, err := pathOn(v.containment.nothing)
	if err != nil {
		return err
	}
	v.views = append(v.views, namespace.View{By: "hidden", Words: "hide " + target, Target: target, Source: nothing, File: true})
	return nil
}

// empty shows a new file system.
func (v *view) empty(by, target, options string, writable bool) {
	v.views = append(v.views, namespace.View{By: by, Words: "mount " + by, Target: target, Type: "tmpfs", Options: options, Writable: writable})
}

// again shows what is there, with other rights.
func (v *view) again(by, words, target string, writable bool) error {
	source, err := pathOn(target)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return fmt.Errorf("%s: %w", by, err)
	}
	shown := namespace.View{By: by, Words: words, Target: target, Source: source, Writable: writable, File: !info.IsDir()}
	if !writable && info.IsDir() {
		if shown.Below, err = v.below(target); err != nil {
			return err
		}
	}
	v.views = append(v.views, shown)
	return nil
}

// below are the file systems that are mounted below a directory, but for those by which one talks to the kernel.
func (v *view) below(dir string) (list []namespace.Path, err error) {
	points, err := v.containment.mounts.Points()
	if err != nil {
		return nil, err
	}
	for _, point := range points {
		api := slices.ContainsFunc([]string{"/proc", "/sys", "/dev"}, func(top string) bool { return namespace.Within(point, top) })
		if point == dir || !namespace.Within(point, dir) || api {
			continue
		}
		path, err := pathOn(point)
		switch {
		case errors.Is(err, fs.ErrPermission) || isMissing(err): // out of reach: for units as well
		case err != nil:
			return nil, err
		default:
			list = append(list, path)
		}
	}
	return list, nil
}

// manager keeps from the unit what is the manager's.
func (v *view) manager(p *units.Process) {
	c := v.containment
	arranged := namespace.Arrange(v.views)
	covers := c.frontOf(p).covers
	right := func(name string, writable bool) {
		if slices.ContainsFunc(covers, func(cover namespace.View) bool { return namespace.Within(name, cover.Target) }) {
			return // units do not see it at all
		}
		if _, seen := namespace.Sees(arranged, name); !seen {
			return
		}
		words := "make " + name + " read-only"
		if writable {
			words = "make " + name + " writable"
		}
		// What is not there needs no protection.
		_ = v.again(byManager, words, name, writable)
	}
	for _, name := range c.programs {
		right(name, false)
	}
	v.unitFiles(right)
	v.views = append(v.views, covers...)
}

// unitFiles protects the unit directory, but for directories in it that are the unit's own: in those the unit files only.
func (v *view) unitFiles(right func(name string, writable bool)) {
	c := v.containment
	if c.units == "" {
		return
	}
	own := slices.Clone(v.writable)
	given := slices.ContainsFunc(v.views, func(w namespace.View) bool { return w.Target == v.dir })
	if v.dir != "" && !given {
		own = append(own, v.dir)
	}
	own = slices.DeleteFunc(own, func(dir string) bool { return !namespace.Within(dir, c.units) })
	if !slices.Contains(own, c.units) {
		right(c.units, false)
	}
	if slices.Contains(own, v.dir) && v.dir != c.units {
		right(v.dir, true)
	}
	if len(own) == 0 {
		return
	}
	for _, name := range c.unitFiles() {
		file := filepath.Join(c.units, name)
		if slices.ContainsFunc(own, func(dir string) bool { return namespace.Within(file, dir) }) {
			right(file, false)
		}
	}
}
