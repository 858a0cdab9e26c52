package bridge

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/zishang520/engine.io/v2/events"
)

func TestEmitter(t *testing.T) {
	var told []string
	note := func(name string) events.Listener {
		return func(args ...any) { told = append(told, fmt.Sprint(name, args)) }
	}
	var e emitter
	e.On("a", note("first"), nil, note("second"))
	e.Once("a", note("once"))
	e.AddListener("b", note("other"))
	e.Emit("a", 1, 2)
	e.Emit("a")
	e.Emit("nobody")
	if want := []string{"first[1 2]", "second[1 2]", "once[1 2]", "first[]", "second[]"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	if got := e.ListenerCount("a"); got != 2 || len(e.Listeners("a")) != 2 || e.ListenerCount("nobody") != 0 {
		t.Errorf("%d listeners of a", got)
	}
	if got, want := e.EventNames(), []events.EventName{"a", "b"}; !slices.Equal(got, want) || e.Len() != 2 {
		t.Errorf("events %v, want %v", got, want)
	}
	if !e.RemoveAllListeners("a") || e.RemoveAllListeners("a") || e.ListenerCount("a") != 0 {
		t.Error("the listeners of a are not removed once")
	}
	e.Clear()
	if e.Len() != 0 {
		t.Errorf("%d events are left", e.Len())
	}
}

func TestEmitterRemovesOneListener(t *testing.T) {
	var told []string
	one := func(...any) { told = append(told, "one") }
	two := func(...any) { told = append(told, "two") }
	var e emitter
	e.On("a", one, two, one)
	if !e.RemoveListener("a", one) || e.RemoveListener("b", one) {
		t.Error("removed the wrong one")
	}
	e.Emit("a")
	if want := []string{"two", "one"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

func TestEmitterMayChangeWhileItEmits(t *testing.T) {
	var e emitter
	calls := 0
	e.On("a", func(...any) {
		calls++
		e.RemoveAllListeners("a")
		e.On("a", func(...any) { calls += 10 })
		e.Once("b", func(...any) { calls += 100 })
		e.Emit("b")
	})
	e.Emit("a")
	if calls != 101 {
		t.Errorf("calls add up to %d, want 101", calls)
	}
}

func TestOnceIsOnceForManyEmitters(t *testing.T) {
	var e emitter
	var mu sync.Mutex
	calls := 0
	e.Once("a", func(...any) {
		mu.Lock()
		defer mu.Unlock()
		calls++
	})
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			e.Emit("a")
			e.On("b", func(...any) {})
			e.Listeners("b")
		})
	}
	all.Wait()
	if calls != 1 {
		t.Errorf("called %d times", calls)
	}
}
