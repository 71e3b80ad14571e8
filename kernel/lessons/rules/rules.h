/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* What lesson "rules" and its client say to each other by /dev/lesson_rules. */
#ifndef LESSON_RULES_H
#define LESSON_RULES_H

#include <linux/types.h>

#define LESSON_RULES_MAX 64

/*
 * A write is a whole rule set, an array of these, and takes the place of the one before.
 * A read gives the rules in force, with their packets counted.
 */
struct lesson_rule {
	__u64 packets;	/* ignored when written */
	__be32 source;	/* the packet's source, where source_mask has ones */
	__be32 source_mask;
	__be16 port;	/* destination port of TCP and UDP; 0: any */
	__u8 protocol;	/* 0: any */
	__u8 drop;	/* 1: drop, 0: accept */
	__u32 reserved;	/* 0 */
};

#endif
