package units

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// maxUnits bounds a set, instances included.
const maxUnits = 10_000

// loader carries one load through its phases.
type loader struct {
	*names
	set     *Set
	units   []*draft // in the order of their ids
	byID    map[ID]*draft
	manager *hclsyntax.Block
	file    string // of the manager's block
	refs    []reference
	in      Inputs
}

// draft is a unit that is being read.
type draft struct {
	unit *Unit
	body *body
}

// Load reads all unit files below dir, which are one module, and evaluates them. The diagnostics hold every
// mistake, in reading order, warnings included. The set is never nil; with errors only its Sources count.
func Load(dir fs.FS, host Host, in Inputs) (*Set, hcl.Diagnostics) {
	found := &report{}
	l := &loader{
		names: newNames(host, found), set: &Set{Units: map[ID]*Unit{}, Sources: map[string][]byte{}},
		byID: map[ID]*draft{}, in: in,
	}
	l.strict = in.Strict
	files := &reader{fsys: dir, root: host.Paths().Units, resolve: host.Resolve, report: found, sources: l.set.Sources}
	files.read()
	for _, name := range files.names {
		body, _ := found.parse(name, l.set.Sources[name])
		l.addFile(name, body)
	}
	l.set.Variables = l.evaluateVariables(l.readInputs(l.set.Sources, in))
	l.evaluateLocals()
	l.readUnits()
	l.reads.frozen = true
	l.set.graph = NewGraph(l.set.Units)
	l.checkCycles()
	return l.set, found.sorted()
}

// addFile enters the blocks of one file.
func (l *loader) addFile(name string, body *hclsyntax.Body) {
	for _, attr := range body.Attributes {
		l.error(attr.NameRange, "attribute \""+attr.Name+"\" outside of a block", "Values with a name stand in `locals { … }`.")
	}
	for _, block := range body.Blocks {
		switch {
		case block.Type == "variable":
			l.addVariable(name, block)
		case block.Type == "locals":
			l.addLocals(block)
		case block.Type == "unitd":
			l.addManager(name, block)
		case slices.Contains(Kinds, Kind(block.Type)):
			l.addUnit(name, block)
		default:
			l.error(block.TypeRange, "unknown block \""+block.Type+"\"", didYouMeanBlock(block.Type))
		}
	}
}

func didYouMeanBlock(given string) string {
	all := []string{"variable", "locals", "unitd"}
	for _, kind := range Kinds {
		all = append(all, string(kind))
	}
	if given == "service" || given == "program" || given == "process" {
		return "A program is an `app`."
	}
	return didYouMean(given, all, "")
}

func (l *loader) addManager(name string, block *hclsyntax.Block) {
	if l.manager != nil {
		l.error(block.DefRange(), "second unitd block", "There is one already at "+position(l.manager.DefRange())+".")
		return
	}
	for _, label := range block.LabelRanges {
		l.error(label, "unitd takes no name", "Write unitd { … }.")
	}
	l.manager, l.file = block, name
}

// readUnits reads all units: first what every kind has, then the pools, which say what the apps are, then
// the rest.
func (l *loader) readUnits() {
	l.set.Manager = l.readManager()
	l.draftUnits()
	for _, d := range l.units {
		l.refs = append(l.refs, d.body.common(d.unit)...)
	}
	for _, d := range l.units {
		if d.unit.ID.Kind() == KindPool {
			d.unit.Pool = d.body.pool(max(1, l.host.CPUs()))
			l.claim(d)
		}
	}
	for _, d := range l.units {
		d.unit.Alerts = l.alerts(d)
		l.read(d)
		d.body.finish()
	}
	for _, d := range l.units {
		if d.unit.Pool != nil {
			if app := l.set.Units[d.unit.Pool.AppID]; app != nil && app.TemplateOf == d.unit.ID {
				d.unit.Pool.App = &app.App.Process
				d.unit.Description = cmp.Or(d.unit.Description, app.Description)
			}
		}
	}
	l.checkReferences()
	l.checkStepUnits()
	l.checkAddresses()
	l.checkReleases()
	l.checkHooks()
}

func (l *loader) readManager() Manager {
	b := &body{scope: l.scope("unitd"), own: &hclsyntax.Body{}, kind: "unitd"}
	if l.manager != nil {
		b = newBody(l.scope(l.file), l.manager, "unitd")
	}
	b.roots = []string{"var", "local", "host", "user", "path"}
	m := b.manager(l.in)
	b.finish()
	return m
}

// draftUnits makes a unit of every instance of every block.
func (l *loader) draftUnits() {
	for _, id := range slices.Sorted(maps.Keys(l.blocks)) {
		u := l.blocks[id]
		instances, _ := l.expand(u)
		for _, i := range instances {
			if len(l.units) == maxUnits {
				l.error(u.block.DefRange(), fmt.Sprintf("more than %d units", maxUnits), "One manager holds no more: take fewer instances of for_each.")
				return
			}
			s := l.scope(u.file)
			s.each = u.each(i)
			d := &draft{
				unit: &Unit{ID: NewID(u.kind, u.name, i.key), Range: u.block.DefRange(), Source: u.block.Range()},
				body: newBody(s, u.block, string(u.kind)),
			}
			l.units = append(l.units, d)
			l.byID[d.unit.ID], l.set.Units[d.unit.ID] = d, d.unit
		}
	}
	slices.SortFunc(l.units, func(a, b *draft) int { return cmp.Compare(a.unit.ID, b.unit.ID) })
}

// claim makes a pool's app its template.
func (l *loader) claim(pool *draft) {
	app := l.byID[pool.unit.Pool.AppID]
	if app == nil {
		return
	}
	if other := app.unit.TemplateOf; other != "" {
		a, _ := pool.body.attr("app")
		l.error(a.expr.Range(), string(app.unit.ID)+" is run by "+string(other)+" already", "An app serves in one pool only; make a second app.")
		return
	}
	app.unit.TemplateOf = pool.unit.ID
}

// read reads what the unit's kind has.
func (l *loader) read(d *draft) {
	in := setting{unit: d.unit, namespace: l.set.Manager.Namespace}
	switch b := d.body; d.unit.ID.Kind() {
	case KindDelay:
		d.unit.Delay = b.delay(in.namespace)
	case KindSupervisor:
		d.unit.Group = b.supervisor(in.namespace)
	case KindApp:
		in.pool = l.set.Units[d.unit.TemplateOf]
		if in.pool != nil {
			b.checkTemplate(d.unit.ID, in.pool.ID)
		}
		b.layers = l.layers(in.owner().ID)
		d.unit.App = b.app(in)
	case KindJob:
		b.layers = l.layers(d.unit.ID)
		d.unit.Job = b.job(in)
	case KindPipeline:
		b.layers = l.layers(d.unit.ID)
		pipeline, refs := b.pipeline(in)
		d.unit.Pipeline, l.refs = pipeline, append(l.refs, refs...)
	}
}

// layers are the defaults of the supervisors above a unit.
func (l *loader) layers(id ID) []layer {
	var all []layer
	for _, above := range Supervisors(l.set.Units, id) {
		for _, block := range blocksOf(l.byID[above].body.own, "defaults") {
			all = append(all, layer{block.Body, l.byID[above].body.scope})
		}
	}
	return all
}

// checkAddresses reports listeners that exclude each other.
func (l *loader) checkAddresses() {
	type listener struct {
		owner   ID
		name    string
		address string
		at      hcl.Range
	}
	var all []listener
	for _, d := range l.units {
		for _, listen := range d.unit.Listeners() {
			at := d.body.blockRange("listen", listen.Name)
			for _, other := range all {
				if listen.Address == "" || !overlap(listen.Address, other.address) {
					continue
				}
				l.error(at, string(d.unit.ID)+" listens on "+listen.Address+" as "+string(other.owner)+" does",
					"That one stands at "+position(other.at)+"; take another address.")
			}
			all = append(all, listener{d.unit.ID, listen.Name, listen.Address, at})
		}
	}
}
