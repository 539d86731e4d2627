package page

import (
	"bytes"
	"runtime"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/johnfercher/maroto/v2"
	"github.com/johnfercher/maroto/v2/pkg/components/page"
)

// threePages is a statement that fills three pages.
func threePages(tb testing.TB) figures.GrantStatement {
	tb.Helper()
	for n := 20; n < 80; n++ {
		s := figurestest.Long(n)
		body, err := PDF(&s, figures.Danish)
		if err != nil {
			tb.Fatal(err)
		}
		if bytes.Contains(body, []byte("/Count 3\n")) {
			return s
		}
	}
	tb.Fatal("no length fills three pages")
	return figures.GrantStatement{}
}

// BenchmarkStatement makes the PDF of a statement of three pages from its value, on every core: `make bench` holds it
// against [BenchmarkMarotoAlone].
func BenchmarkStatement(b *testing.B) {
	s := threePages(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := PDF(&s, figures.Danish); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "statements/s")
}

// BenchmarkMarotoAlone has maroto write the same rows, laid out before: what a statement cannot be faster than.
func BenchmarkMarotoAlone(b *testing.B) {
	s := threePages(b)
	settle()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		p := paperOf(&s, figures.Danish)
		d := newSheet(p, "")
		d.lay()
		pages := d.paginate()
		for pb.Next() {
			m := maroto.New(p.pdfConfig(true))
			for _, rows := range pages {
				m.AddPages(page.New().Add(rows...))
			}
			if _, err := m.Generate(); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "statements/s")
}

// BenchmarkMemoryOfMany makes b.N statements (-benchtime 10000x) and tells what the process holds after a tenth of
// them and at the end, in megabytes: the same.
func BenchmarkMemoryOfMany(b *testing.B) {
	s := threePages(b)
	held := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapInuse) / (1 << 20)
	}
	write := func(n int) { // on every core, as a run does
		var left atomic.Int64
		left.Store(int64(n))
		var all sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			all.Go(func() {
				for left.Add(-1) >= 0 {
					if _, err := PDF(&s, figures.Danish); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
	}
	write(b.N / 10)
	first := held()
	write(b.N - b.N/10)
	b.ReportMetric(first, "MB-after-a-tenth")
	b.ReportMetric(held(), "MB-at-the-end")
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MB-of-the-process")
}
