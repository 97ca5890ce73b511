# The project's commands. They run on any python3 from 3.9; what they need is installed into .venv on the way.

PYTHON ?= python3
# The module that answers questions from a file exactly as the bot would answer a resident's first message.
DECIDE_MODULE := decide
UV := .venv/uv/bin/uv
LOCK := $(UV) pip compile --quiet --generate-hashes --no-header

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Install what is missing, start everything, print the addresses (PORT=8001 for another port)
	@$(PYTHON) -m stack run

.PHONY: stop
stop: ## Stop what runs in this clone
	@$(PYTHON) -m stack stop

.PHONY: reset
reset: ## Delete the database, the demo accounts, the logs and the models; asks first (YES=1: does not)
	@$(PYTHON) -m stack reset $(if $(YES),--yes)

.PHONY: test
test: ## Run every check (ONLY="unit lint" for some of them)
	@$(PYTHON) -m stack test $(ONLY)

.PHONY: lint
lint: ## Run the quick checks: format, lint, types, import directions
	@$(PYTHON) -m stack test format lint types-service types-rasa imports

.PHONY: export-content
export-content: ## Write what the editors have published as files, while it runs (TO=folder; without it, data)
	@$(PYTHON) -m stack export-content "$(or $(TO),data)"

.PHONY: train
train: ## Train the bot if its content or configuration has changed
	@$(PYTHON) -m stack train

.PHONY: decide
decide: ## Run the questions in a file through the trained bot (IN=questions.txt OUT=decisions.jsonl)
	@: $(if $(IN),,$(error Name the file of questions: make decide IN=questions.txt OUT=decisions.jsonl))
	@: $(if $(OUT),,$(error Name the file to write: make decide IN=questions.txt OUT=decisions.jsonl))
	@$(PYTHON) -m stack decide $(DECIDE_MODULE) "$(IN)" "$(OUT)"

.PHONY: bench-start
bench-start: ## Measure the first start, the second start and the memory
	@$(PYTHON) -m stack install
	@.venv/service/bin/python -m bench.start

.PHONY: bench-latency
bench-latency: ## Measure the time from a question to the bot's reply
	@$(PYTHON) -m stack install
	@.venv/service/bin/python -m bench.latency

.PHONY: bench-language
bench-language: ## Measure how well and how fast the language of a message is said
	@$(PYTHON) -m stack install
	@.venv/rasa/bin/python -m bench.language

.PHONY: bench-understanding
bench-understanding: ## Measure understanding on public questions (BENCHMARK_DATA=folder ONLY=part EPOCHS=30)
	@$(PYTHON) -m stack install
	@.venv/rasa/bin/python -m bench.understanding $(ONLY) $(if $(EPOCHS),--epochs $(EPOCHS))

.PHONY: bench-handover
bench-handover: ## Measure how fast a case, a message and a claim are, and what open pages cost (ONLY=pages, ONLY=queue)
	@$(PYTHON) -m stack install
	@.venv/service/bin/python -m bench.handover $(ONLY)

.PHONY: bench-chat
bench-chat: ## Measure how soon a resident on a slow phone can write in the chat, and what the chat weighs
	@$(PYTHON) -m stack install --with-tests
	@.venv/service/bin/python -m bench.chat

.PHONY: bench-desk
bench-desk: ## Measure how quick the agents' desk is with 5,000 open cases, and its memory over a long day (ONLY=memory)
	@$(PYTHON) -m stack install --with-tests
	@.venv/service/bin/python -m bench.desk $(ONLY)

.PHONY: bench-studio
bench-studio: ## Measure how soon an unanswered question is answered, and changes of the model under traffic (ONLY=loop)
	@$(PYTHON) -m stack install --with-tests
	@.venv/service/bin/python -m bench.studio $(ONLY)

.PHONY: chaos
chaos: ## Kill processes and cut connections while 10,000 messages flow; nothing may be lost or doubled (SEED=1)
	@$(PYTHON) -m stack install
	@.venv/service/bin/python -m bench.chaos $(if $(SEED),--seed $(SEED))

.PHONY: container-secrets
container-secrets: ## Make the secrets that docker-compose.yml hands to the containers
	@$(PYTHON) -m stack container-secrets

.PHONY: lock
lock: ## Lock the requirements anew, with hashes
	@$(PYTHON) -m stack install
	$(LOCK) --python-version 3.9 requirements/uv.in -o requirements/uv.txt
	$(LOCK) --python-version 3.12 requirements/service.in -o requirements/service.txt
	$(LOCK) --python-version 3.12 requirements/service-dev.in -o requirements/service-dev.txt
	$(LOCK) --python-version 3.10 requirements/rasa.in -o requirements/rasa.txt
	$(LOCK) --python-version 3.10 requirements/rasa-embeddings.in -o requirements/rasa-embeddings.txt
	$(LOCK) --python-version 3.10 requirements/rasa-dev.in -o requirements/rasa-dev.txt

.PHONY: texts
texts: ## Bring the translations into line with the sentences in the code; says how many are missing
	@$(PYTHON) -m stack install --with-tests
	@.venv/service/bin/python -m tools.catalogues

.PHONY: screenshots
screenshots: ## Take the pictures in the documents from a running system of its own
	@$(PYTHON) -m stack install --with-tests
	@.venv/service/bin/python -m tools.screenshots

.PHONY: handbook
handbook: ## Take the pictures in the handbooks from running systems of their own (FOR=agents, FOR=editors)
	@$(PYTHON) -m stack install --with-tests
	@$(if $(filter editors,$(FOR)),:,.venv/service/bin/python -m tools.handbook)
	@$(if $(filter agents,$(FOR)),:,.venv/service/bin/python -m tools.editors_handbook)
