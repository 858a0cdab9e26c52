package bridge

import (
	"reflect"
	"slices"
	"sync"

	"github.com/zishang520/engine.io/v2/events"
)

// emitter is an events.EventEmitter for the few listeners of a connection. The
// module's own takes a kilobyte. The zero emitter is ready. It is safe for
// concurrent use, and calls listeners without a lock held.
type emitter struct {
	mu        sync.Mutex
	listeners []listener
}

type listener struct {
	event events.EventName
	fn    events.Listener
	once  bool
}

func (e *emitter) add(event events.EventName, once bool, fns []events.Listener) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, fn := range fns {
		if fn != nil {
			e.listeners = append(e.listeners, listener{event, fn, once})
		}
	}
	return nil
}

func (e *emitter) AddListener(event events.EventName, fns ...events.Listener) error {
	return e.add(event, false, fns)
}

func (e *emitter) On(event events.EventName, fns ...events.Listener) error {
	return e.add(event, false, fns)
}

func (e *emitter) Once(event events.EventName, fns ...events.Listener) error {
	return e.add(event, true, fns)
}

func (e *emitter) Emit(event events.EventName, args ...any) {
	e.mu.Lock()
	var due []events.Listener
	e.listeners = slices.DeleteFunc(e.listeners, func(l listener) bool {
		if l.event == event {
			due = append(due, l.fn)
		}
		return l.event == event && l.once
	})
	e.mu.Unlock()
	for _, fn := range due {
		fn(args...)
	}
}

func (e *emitter) EventNames() []events.EventName {
	e.mu.Lock()
	defer e.mu.Unlock()
	var names []events.EventName
	for _, l := range e.listeners {
		if !slices.Contains(names, l.event) {
			names = append(names, l.event)
		}
	}
	return names
}

func (e *emitter) ListenerCount(event events.EventName) int { return len(e.Listeners(event)) }

func (e *emitter) Listeners(event events.EventName) []events.Listener {
	e.mu.Lock()
	defer e.mu.Unlock()
	var fns []events.Listener
	for _, l := range e.listeners {
		if l.event == event {
			fns = append(fns, l.fn)
		}
	}
	return fns
}

// RemoveListener removes the first listener with fn's code. Go cannot compare
// functions: two closures of one literal are the same here, as in the module.
func (e *emitter) RemoveListener(event events.EventName, fn events.Listener) bool {
	code := reflect.ValueOf(fn).Pointer()
	e.mu.Lock()
	defer e.mu.Unlock()
	i := slices.IndexFunc(e.listeners, func(l listener) bool {
		return l.event == event && reflect.ValueOf(l.fn).Pointer() == code
	})
	if i < 0 {
		return false
	}
	e.listeners = slices.Delete(e.listeners, i, i+1)
	return true
}

func (e *emitter) RemoveAllListeners(event events.EventName) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	before := len(e.listeners)
	e.listeners = slices.DeleteFunc(e.listeners, func(l listener) bool { return l.event == event })
	return len(e.listeners) < before
}

func (e *emitter) Clear() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.listeners = nil
}

func (e *emitter) Len() int { return len(e.EventNames()) }

// GetMaxListeners and SetMaxListeners are part of the interface. There is no limit.
func (e *emitter) GetMaxListeners() uint { return 0 }
func (e *emitter) SetMaxListeners(uint)  {}
