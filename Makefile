# make help tells what there is.

MODULE		= ngx_http_session_security_module

# The nginx to build for: the installed one, or a source tree.
NGINX_SRC	?=

# Sanitizers, address,undefined say, to build nginx and the module with.
SANITIZE	?=

# 1 builds the module into nginx.
STATIC		?=

comma		= ,
empty		=
blank		= $(empty) $(empty)

# make takes a blank for the end of a name, nginx's configure does as well
$(foreach name,CURDIR NGINX_SRC BUILD,$(if $(findstring $(blank),$($(name))), \
	$(error $(name) is "$($(name))": move it to a path without blanks)))

# these two take nginx's source
ifneq ($(SANITIZE)$(STATIC),)
NGINX_SRC	:= $(or $(NGINX_SRC),$(shell tools/nginx-source))
ifeq ($(NGINX_SRC),)
$(error SANITIZE and STATIC take the source of nginx: set NGINX_SRC)
endif
endif

ifneq ($(NGINX_SRC),)
ifeq ($(wildcard $(NGINX_SRC)/src/core/nginx.h),)
$(error NGINX_SRC is "$(NGINX_SRC)", which is no source tree of nginx: it has \
	no src/core/nginx.h)
endif
endif

ifneq ($(SANITIZE),)
# clang's runtime can write reports into files.  Each allocation gets memory of
# its own, where a pool would hide what goes beyond it; and each module's
# ngx_modules is its own.
export CC	= clang
CC_OPT		?= -g -O1 -fno-omit-frame-pointer -fsanitize=$(SANITIZE) \
			$(if $(findstring address,$(SANITIZE)), \
			-fsanitize-address-use-odr-indicator) \
			-DNGX_DEBUG_PALLOC=1
LD_OPT		= -fsanitize=$(SANITIZE)
endif

# Where the module goes, and where its directives are looked for.
MODULES_DIR	?= /usr/lib/nginx/modules

CC		?= cc
WARNINGS	= -Wall -Wextra -Werror
NEED		= tools/need
MODULE_KIND	= --add-dynamic-module
TARGETS		= binary modules

ifeq ($(NGINX_SRC),)

# Debian's nginx-dev: headers and the configure script, no sources
BUILD		?= build
NGINX		= /usr/sbin/nginx
NGINX_DEV	= /usr/share/nginx/src
CONFIGURE	= . ./conf_flags && bash ./configure "$${NGX_CONF_FLAGS[@]}"
TARGETS		= modules
GET_NGINX	= tools/debian-nginx $(NGINX) $(NGINX_DEV)

else

NGINX_VERSION	:= $(shell sed -n 's/.*NGINX_VERSION *"\(.*\)"/\1/p' \
			$(NGINX_SRC)/src/core/nginx.h)
BUILD		?= build/nginx-$(NGINX_VERSION)$(addprefix -,$(subst \
			$(comma),-,$(SANITIZE)))$(STATIC:%=-static)
NGINX_DEV	= $(NGINX_SRC)

# what this nginx calls itself, angie say
NGINX		= $(abspath $(BUILD))/objs/$(notdir $(shell sed -n \
			's/^binary:[[:space:]]*//p' $(BUILD)/objs/Makefile))

# a release has configure where the repository has auto/configure; nginx's own
# modules are built in, but for those that need further libraries
CONFIGURE	= bash $$(ls configure auto/configure 2>/dev/null | head -n 1) \
			--with-compat --with-debug --with-threads $$(sed -nE \
			"/xslt|image|geoip|perl|lua/d; \
			s/^  (--with-(http|stream|mail)[a-z_0-9]*) .*/\1/p" \
			auto/options) --with-ld-opt="$(LD_OPT)"
GET_NGINX	= $(NEED) libpcre2-dev zlib1g-dev \
			$(if $(SANITIZE),clang llvm libclang-rt-dev)

endif

CC_OPT		?= -g -O2
SO		= $(abspath $(BUILD))/objs/$(MODULE).so
PUBLISH		= cp --remove-destination $@ $(BUILD)/ && echo "built $(BUILD)/$(MODULE).so"

# what configure depends on
SETTINGS	= $(NGINX_DEV) $(MODULE_KIND) $(CC) $(CC_OPT) $(WARNINGS) \
			$(LD_OPT) $(shell sed -n 's/.*NGINX_VERSION *"//p' \
			$(NGINX_DEV)/src/core/nginx.h)

ifneq ($(STATIC),)

# there is no module to load; what make goes by is a file that is empty
SO		=
STAMP		= $(abspath $(BUILD))/objs/$(MODULE).built
MODULE_KIND	= --add-module
TARGETS		= binary
PUBLISH		= echo "built $(NGINX), with the module in it"

ifneq ($(filter-out all build t clean help,$(MAKECMDGOALS)),)
$(error STATIC is for "make" and "make t" alone)
endif
endif

BUILT		= $(or $(SO),$(STAMP))

SOURCES		= config $(MODULE).c $(wildcard src/*/*.c src/*/*.h)
PURE		= $(wildcard src/core/*.c)

.PHONY: all build install check unit t nginx-tests js browser real lint \
	coverage stress fuzz faults oom script demo bench flood clean help deps \
	always

# half a module would be taken for a whole one
.DELETE_ON_ERROR:

all: build

build: ## Build the module, build/ngx_http_session_security_module.so
build: $(BUILT)

deps:
	@$(GET_NGINX) gcc make libc6-dev libssl-dev

# as they were when configure ran: after a change it has to run again
$(BUILD)/settings: always | deps
	$(shell mkdir -p $(BUILD))$(file >$@.new,$(SETTINGS))
	@cmp -s $@.new $@ || cp $@.new $@

# nginx's configure writes beside its sources: work on a copy; and it takes ".S"
# in the path of what it builds for an assembler file's name
$(BUILD)/objs/Makefile: config Makefile $(BUILD)/settings
	@rm -rf $(BUILD)/nginx $(BUILD)/objs
	@cp -r $(NGINX_DEV) $(BUILD)/nginx && rm -f $(BUILD)/nginx/Makefile
	@echo "configuring, see $(BUILD)/configure.log"
	@cd $(BUILD)/nginx && bash -c '$(CONFIGURE) \
		--builddir=../objs \
		--with-cc-opt="$(CC_OPT) $(WARNINGS) -Wno-unused-parameter" \
		$(MODULE_KIND)=$(CURDIR)' > $(abspath $(BUILD))/configure.log 2>&1 \
	|| { tail -n 10 $(abspath $(BUILD))/configure.log; \
		echo 'configure failed: see $(BUILD)/configure.log and,' \
			'for the compiler, $(BUILD)/objs/autoconf.err'; \
		rm -f $(abspath $@); exit 1; } >&2

$(BUILT): $(BUILD)/objs/Makefile $(SOURCES)
	@cd $(BUILD)/nginx && $(MAKE) -s -f $(abspath $(BUILD))/objs/Makefile \
		$(TARGETS)
	@touch $@
	@$(PUBLISH)

install: ## Install the module for the nginx that is installed
install: $(SO)
	install -D -m 644 $(SO) "$(DESTDIR)$(MODULES_DIR)/$(MODULE).so"
	@tools/installed $(MODULE) /etc/nginx

check: ## Run every test, and end with a count
check: $(SO)
	@BUILD=$(BUILD) MODULE=$(SO) NGINX_BINARY=$(NGINX) CC=$(CC) tests/check

unit: ## Run the unit tests of the pure parts
	@$(NEED) gcc libc6-dev libcmocka-dev libssl-dev
	@BUILD=$(BUILD) CC=$(CC) tests/unit

t: ## Run the suites in t/ (TESTS=t/010-config.t for one)
t: $(BUILT)
	@BUILD=$(BUILD) MODULE=$(SO) NGINX_BINARY=$(NGINX) \
		$(if $(SANITIZE)$(VALGRIND),tests/watched) tests/prove $(TESTS)

nginx-tests: ## Run nginx's own tests, a checkout in NGINX_TESTS=dir
nginx-tests: $(SO)
	@$(NEED) python3 openssl libio-socket-ssl-perl libcryptx-perl libfcgi-perl \
		libscgi-perl libcache-memcached-perl memcached ffmpeg
	@MODULE=$(SO) NGINX_BINARY=$(NGINX) tests/nginx-tests $(NGINX_TESTS)

js: ## Run the script's tests, without a browser
	@tools/npm js && js/test/run-unit

browser: ## Run the script in Chromium and Firefox (BROWSER=firefox for one)
browser: $(SO)
	@tools/npm js && $(NEED) chromium firefox-esr
	@BUILD=$(BUILD) MODULE=$(SO) NGINX_BINARY=$(NGINX) js/test/run-browser

real: ## Run whole applications, as their recipes say (APPS=wordpress for one)
real: $(SO)
	@BUILD=$(BUILD) MODULE=$(SO) NGINX_BINARY=$(NGINX) \
		tests/real/apps/run $(APPS)

lint: ## Check the code with gcc, clang, clang-tidy and cppcheck
lint: $(BUILT)
	@BUILD=$(BUILD) tests/lint

coverage: ## Measure what the unit tests cover
	@$(NEED) gcc libc6-dev libcmocka-dev libssl-dev gcovr
	@BUILD=$(BUILD) tests/coverage

stress: ## Run the session table's stress tests, with ThreadSanitizer
	@$(NEED) gcc libc6-dev libtsan2 libubsan1
	@BUILD=$(BUILD) tests/stress

faults: ## Kill, reload, upgrade and fill it under load, TIME=60
faults: $(SO)
	@$(NEED) nginx python3
	@MODULE=$(SO) NGINX_BINARY=$(NGINX) python3 tests/faults_test.py

fuzz: ## Fuzz every parser, SECONDS=60 each
	@$(NEED) clang libclang-rt-dev
	@BUILD=$(BUILD) tests/fuzz/run $(or $(SECONDS),60)

oom: ## Have each of the module's allocations fail, in turn
oom: $(SO)
	@BUILD=$(BUILD) NGINX_BINARY=$(NGINX) CC=$(CC) tests/oom/run

script: ## Build the browser's side of js/ into src/core/ssec_script.c
	@tools/npm js && $(NEED) zopfli && node js/build.mjs

demo: ## Run the demo on 127.0.0.1:8080 (BACKEND=django for Django's admin)
demo: $(SO)
	@MODULE=$(SO) NGINX_BINARY=$(NGINX) BACKEND=$(or $(BACKEND),site) \
		exec demo/run

bench: ## Measure what the module costs (PART=instructions for one)
bench: $(SO)
	@BUILD=$(BUILD) MODULE=$(SO) NGINX_BINARY=$(NGINX) bench/run $(PART)

flood: ## Send ten million invented cookies, and count the sessions lost
flood: $(SO)
	@$(NEED) wrk python3
	@MODULE=$(SO) NGINX_BINARY=$(NGINX) python3 bench/flood.py

clean: ## Remove what was built
	rm -rf build

help: ## Show this
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / \
		{printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "NGINX_SRC=dir builds and tests against that nginx source tree;"
	@echo "SANITIZE=address,undefined or VALGRIND=1 watch nginx in check, t;"
	@echo "STATIC=1 builds the module into nginx, for t."
