/*
 * crm_roles.c
 *		The labels by which CRMs call the parts of a purchase.
 *
 * Labels are compared squeezed: only letters and digits, in lower case and
 * without accents.
 */
#include "abm.h"

#include "enums.h"
#include "letters.h"

#define LABEL_SIZE 32			/* longer than the longest label */
#define LABEL_SLOTS 256			/* a power of two, well above all labels */
#define SEEN_SLOTS 128

typedef struct RoleLabel
{
	const char *label;			/* squeezed */
	BuyingRole	role;
} RoleLabel;

static const RoleLabel role_labels[] = {
	{"adversary", ROLE_BLOCKER}, {"advocate", ROLE_CHAMPION},
	{"approver", ROLE_DECISION_MAKER}, {"blocker", ROLE_BLOCKER},
	{"budgetholder", ROLE_ECONOMIC_BUYER},
	{"budgetowner", ROLE_ECONOMIC_BUYER},
	{"businessuser", ROLE_USER}, {"buyer", ROLE_PROCUREMENT},
	{"champion", ROLE_CHAMPION}, {"coach", ROLE_CHAMPION},
	{"compliance", ROLE_OTHER}, {"decisionmaker", ROLE_DECISION_MAKER},
	{"detractor", ROLE_BLOCKER}, {"economicbuyer", ROLE_ECONOMIC_BUYER},
	{"economicdecisionmaker", ROLE_ECONOMIC_BUYER}, {"enduser", ROLE_USER},
	{"evaluator", ROLE_INFLUENCER},
	{"executivesponsor", ROLE_EXECUTIVE_SPONSOR},
	{"executivesteeringcommittee", ROLE_EXECUTIVE_SPONSOR},
	{"financialbuyer", ROLE_ECONOMIC_BUYER},
	{"financialdecisionmaker", ROLE_ECONOMIC_BUYER},
	{"gatekeeper", ROLE_BLOCKER}, {"influencer", ROLE_INFLUENCER},
	{"internalchampion", ROLE_CHAMPION}, {"itexpert", ROLE_IT_EXPERT},
	{"legal", ROLE_OTHER}, {"legalandcompliance", ROLE_OTHER},
	{"legalcompliance", ROLE_OTHER}, {"other", ROLE_OTHER},
	{"practitioner", ROLE_USER}, {"procurement", ROLE_PROCUREMENT},
	{"promoter", ROLE_CHAMPION}, {"purchaser", ROLE_PROCUREMENT},
	{"purchasing", ROLE_PROCUREMENT}, {"recommender", ROLE_INFLUENCER},
	{"signatory", ROLE_DECISION_MAKER}, {"signer", ROLE_DECISION_MAKER},
	{"stakeholder", ROLE_OTHER}, {"technicalbuyer", ROLE_IT_EXPERT},
	{"technicaldecisionmaker", ROLE_IT_EXPERT},
	{"technicalevaluator", ROLE_IT_EXPERT}, {"user", ROLE_USER},
	{"userbuyer", ROLE_USER}
};

/*
 * A label as it was written, and what it means.  One database writes few, so
 * that most rows find theirs here without squeezing it.
 */
typedef struct SeenLabel
{
	int			len;			/* 0: the place is free */
	int			role;			/* or -1 */
	char		written[LABEL_SIZE];
} SeenLabel;

static SeenLabel seen_labels[SEEN_SLOTS];

/* Where each label stands in role_labels, from 1; hashed on first use. */
static uint8 label_slots[LABEL_SLOTS];

/*
 * How near one person's role is to the decision.  A convention for CRMs that
 * record a single contact.
 */
static const double authority[] = {
	[ROLE_USER] = 0,[ROLE_INFLUENCER] = 0.3,[ROLE_DECISION_MAKER] = 0.8,
	[ROLE_IT_EXPERT] = 0.4,[ROLE_CHAMPION] = 0.5,[ROLE_ECONOMIC_BUYER] = 1,
	[ROLE_EXECUTIVE_SPONSOR] = 1,[ROLE_PROCUREMENT] = 0.4,
	[ROLE_BLOCKER] = 0,[ROLE_OTHER] = 0
};

/* A step of the hash of a squeezed label. */
static inline uint32
hash_letter(uint32 hash, char c)
{
	return hash * 37 + (unsigned char) c;
}

/* Only the letters and digits of a label; too long a one is cut. */
static uint32
label_squeeze(const text *label, char *squeezed)
{
	const char *at = VARDATA_ANY(label);
	const char *end = at + VARSIZE_ANY_EXHDR(label);
	uint32		hash = 0;
	int			n = 0;

	while (at < end && n < LABEL_SIZE - 1)
	{
		char		c = *at;

		if (c >= 'a' && c <= 'z')
			at++;
		else
		{
			c = next_letter(&at, end);
			if (c != LETTER_OTHER && !(c >= 'a' && c <= 'z') &&
				!(c >= '0' && c <= '9'))
				continue;
		}
		squeezed[n++] = c;
		hash = hash_letter(hash, c);
	}
	squeezed[n] = '\0';
	return hash;
}

/* Put all labels where their hash says, or into the next free slot. */
static void
labels_hash(void)
{
	for (int i = 0; i < lengthof(role_labels); i++)
	{
		uint32		hash = 0;

		for (const char *c = role_labels[i].label; *c; c++)
			hash = hash_letter(hash, *c);
		while (label_slots[hash % LABEL_SLOTS] != 0)
			hash++;
		label_slots[hash % LABEL_SLOTS] = i + 1;
	}
}

/* The role that a label means, or -1. */
static int
label_look_up(const text *label)
{
	char		squeezed[LABEL_SIZE];
	uint32		hash = label_squeeze(label, squeezed);
	static bool hashed = false;

	if (unlikely(!hashed))
		labels_hash();
	hashed = true;
	for (; label_slots[hash % LABEL_SLOTS] != 0; hash++)
	{
		const RoleLabel *l = &role_labels[label_slots[hash % LABEL_SLOTS] - 1];

		if (strcmp(l->label, squeezed) == 0)
			return l->role;
	}
	return -1;
}

/* The same for a label that may have been seen before. */
static int
label_role(const text *label)
{
	const char *text = VARDATA_ANY(label);
	int			len = VARSIZE_ANY_EXHDR(label);
	SeenLabel  *seen;

	if (len == 0 || len > LABEL_SIZE)
		return label_look_up(label);
	seen = &seen_labels[(text[0] + 3u * text[len / 2] + 5u * text[len - 1] +
						 7u * len) %SEEN_SLOTS];
	if (seen->len != len || memcmp(seen->written, text, len) != 0)
	{
		seen->role = label_look_up(label);
		seen->len = len;
		memcpy(seen->written, text, len);
	}
	return seen->role;
}

/*
 * The SQL side
 */
PG_FUNCTION_INFO_V1(abm_crm_role);
Datum
abm_crm_role(PG_FUNCTION_ARGS)
{
	int			role = label_role(PG_GETARG_TEXT_PP(0));

	if (role < 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(enum_datum(&buying_role_kind, role));
}

PG_FUNCTION_INFO_V1(abm_role_authority);
Datum
abm_role_authority(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(authority[enum_code(&buying_role_kind, PG_GETARG_DATUM(0))]);
}

PG_FUNCTION_INFO_V1(abm_role_authority_label);
Datum
abm_role_authority_label(PG_FUNCTION_ARGS)
{
	int			role = label_role(PG_GETARG_TEXT_PP(0));

	if (role < 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(authority[role]);
}
