/*
 * free_mail.h
 *		Domains where anybody may have a mailbox.
 */
#ifndef ABM_FREE_MAIL_H
#define ABM_FREE_MAIL_H

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

typedef enum MailKind
{
	MAIL_FREE,					/* open to everybody */
	MAIL_ACCESS,				/* comes with a home's line */
	MAIL_DISPOSABLE				/* for minutes */
} MailKind;

typedef struct FreeMail
{
	const char *domain;
	MailKind	kind;
} FreeMail;

extern const FreeMail free_mail[];
extern const int free_mail_count;

extern const FreeMail *free_mail_find(const char *domain);

#pragma GCC visibility pop

#endif							/* ABM_FREE_MAIL_H */
