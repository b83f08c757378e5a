package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	pool       = "pool.web"
	supervisor = "supervisor.site"
	firstUnit  = "delay.settle"
	greeting   = "Hello (release 1)"
	greeting2  = "Hello again (release 2)"
	enough     = 100 // answers under load that make a chapter sure
)

// A demo is one run of the story in one home directory.
type demo struct {
	home    string
	env     []string
	manager *exec.Cmd
	ended   chan struct{} // closed when unitd has ended
	end     error         // what Wait of unitd returned, after ended
	began   time.Time
	address string // of the site, as the status names it
}

func newDemo(home string) *demo {
	env := []string{"HOME=" + home, "PATH=" + filepath.Join(home, "bin") + ":/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"}
	for _, name := range []string{"USER", "LOGNAME", "TERM", "NO_COLOR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return &demo{home: home, env: env, began: time.Now()}
}

// tell is the story from boot to shutdown. It ends at the first thing that is not so.
func (d *demo) tell(ctx context.Context) error {
	chapters := []func(context.Context) error{
		d.boot, d.showStatus, d.answer, d.killWorker, d.rollingReload, d.brokenRelease, d.shutdown,
	}
	for _, chapter := range chapters {
		if err := chapter(ctx); err != nil {
			return err
		}
	}
	d.say("Done in %.1f s.", time.Since(d.began).Seconds())
	return nil
}

func (d *demo) boot(ctx context.Context) error {
	d.say("Starting unitd as %s in %s: a delay, then a supervisor, then a pool of workers.", account(), d.home)
	if err := d.startManager(); err != nil {
		return err
	}
	last := map[string]string{}
	var order []string
	err := d.until(ctx, "every worker is active", func(units map[string]unit) bool {
		for _, id := range []string{firstUnit, supervisor, pool} {
			now := describe(units[id])
			if now != last[id] && units[id].ID != "" {
				last[id] = now
				d.note("%5.2f s  %-16s %s", time.Since(d.began).Seconds(), id, now)
				if units[id].Active == "active" {
					order = append(order, id)
				}
			}
		}
		return units[pool].Active == "active" && units[pool].Sub == "running" && allActive(units[pool].Workers)
	})
	if err != nil {
		return err
	}
	if len(order) == 0 || order[0] != firstUnit {
		return fmt.Errorf("%s is active before anything else; the order was %v", firstUnit, order)
	}
	units, err := d.status(ctx)
	if err != nil {
		return err
	}
	if len(units[pool].Listen) != 1 {
		return fmt.Errorf("%s has one listener; it has %d", pool, len(units[pool].Listen))
	}
	d.address = units[pool].Listen[0].Address
	return nil
}

func (d *demo) showStatus(ctx context.Context) error {
	d.say("The whole tree, by `unitctl status`:")
	screen, err := d.mustUnitctl(ctx, "status")
	if err != nil {
		return err
	}
	d.quote(screen)
	return nil
}

func (d *demo) answer(context.Context) error {
	d.say("A request to http://%s/ is answered:", d.address)
	line, err := get(d.url(), greeting)
	if err != nil {
		return err
	}
	d.quote(line)
	return nil
}

func (d *demo) killWorker(ctx context.Context) error {
	units, err := d.status(ctx)
	if err != nil {
		return err
	}
	victim := units[pool].Workers[0]
	d.say("Killing worker %d (pid %d) with kill -9 while %d visitors ask without a pause.", victim.Index, victim.MainPID, clients)
	visitors := startLoad(ctx, d.url(), greeting)
	defer visitors.end()
	if err := d.ask(ctx, visitors); err != nil {
		return err
	}
	killed := time.Now()
	if err := syscall.Kill(victim.MainPID, syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill worker %d: %w", victim.Index, err)
	}
	var successor worker
	err = d.until(ctx, "the killed worker is replaced", func(units map[string]unit) bool {
		for _, w := range units[pool].Workers {
			if w.Index == victim.Index && w.MainPID != victim.MainPID && w.Active == "active" {
				successor = w
			}
		}
		return successor.MainPID != 0
	})
	if err != nil {
		return err
	}
	took := time.Since(killed)
	if err := d.ask(ctx, visitors); err != nil {
		return err
	}
	visitors.end()
	d.note("worker %d is pid %d now, ready after %d ms; meanwhile %s", victim.Index, successor.MainPID, took.Milliseconds(), visitors)
	if visitors.failed.Load() > clients {
		return fmt.Errorf("only requests that the killed worker was answering are lost; first failure: %s", visitors.firstFailure())
	}
	return nil
}

func (d *demo) rollingReload(ctx context.Context) error {
	d.say("Publishing release 2 and `unitctl reload web` under the same load.")
	if err := release(d.home, "2"); err != nil {
		return err
	}
	visitors := startLoad(ctx, d.url(), "Hello")
	defer visitors.end()
	if err := d.ask(ctx, visitors); err != nil {
		return err
	}
	begun := time.Now()
	if _, err := d.mustUnitctl(ctx, "reload", "web"); err != nil {
		return err
	}
	took := time.Since(begun)
	line, err := get(d.url(), greeting2)
	if err != nil {
		return fmt.Errorf("release 2 answers after the reload: %w", err)
	}
	visitors.end()
	d.note("reloaded in %d ms: %s", took.Milliseconds(), visitors)
	d.quote(line)
	return visitors.check()
}

func (d *demo) brokenRelease(ctx context.Context) error {
	d.say("Publishing release 3, which is broken, and `unitctl reload web`: it has to be refused.")
	if err := release(d.home, "3"); err != nil {
		return err
	}
	visitors := startLoad(ctx, d.url(), greeting2)
	defer visitors.end()
	status, output, err := d.unitctl(ctx, "reload", "web")
	if err != nil {
		return err
	}
	d.quote(output)
	if status != 1 {
		return fmt.Errorf("unitctl reload of a broken release exits 1; it exited %d", status)
	}
	if err := d.ask(ctx, visitors); err != nil {
		return err
	}
	visitors.end()
	d.note("exit status 1; release 2 goes on serving: %s", visitors)
	if err := visitors.check(); err != nil {
		return err
	}
	return release(d.home, "2")
}

func (d *demo) shutdown(ctx context.Context) error {
	d.say("Shutting down: everything stops in reverse order.")
	if _, err := d.mustUnitctl(ctx, "manager", "shutdown"); err != nil {
		return err
	}
	select {
	case <-d.ended:
		if d.end != nil {
			return fmt.Errorf("unitd exits 0 after a shutdown: %w", d.end)
		}
	case <-ctx.Done():
		return fmt.Errorf("unitd ends after a shutdown: %w", context.Cause(ctx))
	}
	if err := d.checkNothingLeft(d.address); err != nil {
		return err
	}
	d.note("unitd exited 0; no process is left, no socket is open")
	return nil
}

// keepUp boots, shows the status and waits for Ctrl-C.
func (d *demo) keepUp(interrupted context.Context) error {
	if err := d.boot(interrupted); err != nil {
		return err
	}
	if err := d.showStatus(interrupted); err != nil {
		return err
	}
	d.say("http://%s/ is up. In another terminal:  HOME=%s %s/bin/unitctl status", d.address, d.home, d.home)
	d.note("Ctrl-C ends it.")
	select {
	case <-interrupted.Done():
	case <-d.ended:
		if d.end != nil {
			return fmt.Errorf("unitd exits 0: %w", d.end)
		}
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), 30*time.Second, errors.New("the shutdown ends within 30 s"))
	defer cancel()
	return d.shutdown(ctx)
}

// ask waits until the visitors have had enough more answers to be sure.
func (d *demo) ask(ctx context.Context, visitors *load) error {
	goal := visitors.asked.Load() + enough
	return d.until(ctx, "the visitors are answered", func(map[string]unit) bool { return visitors.asked.Load() >= goal })
}

func (d *demo) url() string { return "http://" + d.address + "/" }
