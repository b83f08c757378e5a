package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"golang.org/x/term"

	"unitd/cmd/unitctl/screen"
	"unitd/internal/dirs"
	"unitd/ipc/client"
)

// widest is the most columns that a screen takes, however wide the terminal is.
const widest = 80

// console is what every verb works with: where it reads and writes, the flags that all verbs have, and
// the manager.
type console struct {
	in       io.Reader
	out, err io.Writer
	// outTerminal and errTerminal tell whether out and err are terminals; width is that of the terminal.
	outTerminal, errTerminal bool
	width                    int
	getenv                   func(string) string
	now                      func() time.Time
	// exec becomes another program, as execve(2).
	exec func(path string, argv, env []string) error

	flags dirs.Flags
	// socket is a control socket other than that of the runtime directory; "": none was named.
	socket string
	// client keeps its connection for a verb that asks more than once; nil: nothing was asked yet.
	client *client.Client
	json   bool
	// ran is set once flags and arguments were understood: an error before that is one of usage.
	ran bool
}

func newConsole() *console {
	c := &console{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		outTerminal: term.IsTerminal(int(os.Stdout.Fd())), errTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		getenv: os.Getenv, now: time.Now, exec: syscall.Exec,
		width: widest,
	}
	for _, file := range []*os.File{os.Stdout, os.Stderr} {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
			c.width = min(columns, widest)
			break
		}
	}
	return c
}

// style is how to draw on standard output.
func (c *console) style() screen.Style { return c.styleFor(c.outTerminal) }

// errStyle is how to draw on standard error.
func (c *console) errStyle() screen.Style { return c.styleFor(c.errTerminal) }

func (c *console) styleFor(terminal bool) screen.Style {
	style := screen.Style{Now: c.now(), Home: c.getenv("HOME")}
	if terminal {
		style.Width = c.width
		// https://no-color.org: any value that is not empty counts.
		style.Colour = c.getenv("NO_COLOR") == "" && c.getenv("TERM") != "dumb"
	}
	return style
}

// dirs are the directories in use.
func (c *console) dirs() (dirs.Dirs, error) { return dirs.Resolve(c.flags, c.getenv) }

// manager is the manager at the control socket in use.
func (c *console) manager() (*client.Client, error) {
	path, err := c.controlSocket()
	if err != nil {
		return nil, err
	}
	if c.client == nil {
		c.client = client.New(path)
	}
	return c.client, nil
}

// envSocket names a control socket where --socket does not.
const envSocket = "UNITD_SOCKET"

// controlSocket is the path of the one in use.
func (c *console) controlSocket() (string, error) {
	if path := cmp.Or(c.socket, c.getenv(envSocket)); path != "" {
		return path, nil
	}
	d, err := c.dirs()
	if err == nil {
		err = d.CheckSockets()
	}
	return d.ControlSocket(), err
}

// printJSON writes a document for scripts.
func (c *console) printJSON(document any) error {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

// print writes text for people, or document for scripts.
func (c *console) print(document any, text string) error {
	if c.json {
		return c.printJSON(document)
	}
	_, err := io.WriteString(c.out, text)
	return err
}

// printLine writes one document of a stream for scripts, on a line of its own.
func (c *console) printLine(document any) error {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(document)
}

// note tells people something beside the answer.
func (c *console) note(format string, args ...any) {
	fmt.Fprintf(c.err, format+"\n", args...)
}
