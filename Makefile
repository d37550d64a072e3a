EXTENSION    = abm
EXTVERSION   = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(EXTENSION).control)
MODULE_big   = $(EXTENSION)
SOURCES      = $(sort $(wildcard src/*.c src/*/*.c))
OBJS         = $(SOURCES:.c=.o)
SQL_PARTS    = $(sort $(wildcard sql/[0-9]*.sql.in))
DATA         = $(wildcard sql/$(EXTENSION)--*--*.sql)
DATA_built   = sql/$(EXTENSION)--$(EXTVERSION).sql
REGRESS      = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
SHLIB_LINK   = -lpsl -lidn2 -lm
REGRESS_OPTS = --inputdir=test --load-extension=$(EXTENSION) --encoding=UTF8
MATH_TESTS   = $(patsubst %.c,%,$(sort $(wildcard test/math/*_test.c)))
PG_CPPFLAGS  = -Isrc
PG_CFLAGS    = -O2 -ffp-contract=off -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare $(WERROR)
EXTRA_CLEAN  = tmp_check log results $(MATH_TESTS)

# Commands that prepare the machine run before PGXS can be there.
SCRIPTED     = test demo bench indent-check test-versions test-asserts test-sanitize test-limits fuzz fuzz-decode fuzz-random
ifeq ($(filter-out $(SCRIPTED),$(MAKECMDGOALS)),)
ifneq ($(MAKECMDGOALS),)
NO_SERVER_HEADERS = 1
endif
endif

ifndef NO_SERVER_HEADERS
PG_CONFIG   ?= pg_config
PGXS        := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(OBJS): $(wildcard src/*.h src/*/*.h)

# The parts are joined; a line "@state NAME WHAT IT IS" stands for everything
# that sql/state.tmpl declares for a state type.
$(DATA_built): sql/state.tmpl $(SQL_PARTS) $(EXTENSION).control
	awk 'NR == FNR { t = t $$0 "\n"; next } \
	  /^@state / { s = t; n = $$2; sub(/^@state [a-z_]+ /, ""); \
	    gsub(/@name@/, n, s); gsub(/@what@/, $$0, s); printf "%s", s; next } \
	  { print }' sql/state.tmpl $(SQL_PARTS) > $@

# the regression tests on a throw-away server
.PHONY: tempcheck
tempcheck:
	$(pg_regress_installcheck) --temp-instance=tmp_check $(REGRESS_OPTS) $(REGRESS)

# the mathematics without a server
test/math/%_test: test/math/%_test.c $(wildcard src/math/*.c src/math/*.h test/math/*.h)
	$(CC) -O2 -g -std=gnu99 -ffp-contract=off -Wall -Wextra -Werror -Isrc -o $@ $< $(wildcard src/math/*.c) -lm

# the pgTAP tests on the server that PGHOST and PGPORT name; TAPFLAGS=-v shows each
TAP_DB ?= $(EXTENSION)_tap
.PHONY: prove prove-math prove-sql
prove: prove-math prove-sql
prove-math: $(MATH_TESTS)
	prove $(TAPFLAGS) --exec '' $(MATH_TESTS)
prove-sql:
	$(bindir)/dropdb --if-exists $(TAP_DB)
	$(bindir)/createdb $(TAP_DB)
	$(bindir)/psql -qX -d $(TAP_DB) -c 'CREATE EXTENSION pgtap' -c 'CREATE EXTENSION $(EXTENSION)'
	pg_prove $(TAPFLAGS) --psql-bin $(bindir)/psql -d $(TAP_DB) test/pgtap/*.sql
endif

.PHONY: $(SCRIPTED)
$(SCRIPTED):
	@test/run $@
