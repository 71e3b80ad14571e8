// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The packet path: runs a hook's program, and does what it says. */
#include <linux/filter.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/skbuff.h>
#if IS_ENABLED(CONFIG_NETFILTER_BPF_LINK)
#include <net/netfilter/nf_bpf_link.h>
#endif

#include "minifw.h"

static unsigned int minifw_accept(const struct minifw_hook *hook)
{
	this_cpu_inc(hook->counts->accepted);
	return NF_ACCEPT;
}

static unsigned int minifw_drop(const struct minifw_hook *hook,
				struct sk_buff *skb,
				const struct nf_hook_state *state, u32 answer)
{
	this_cpu_inc(hook->counts->dropped);
	if (answer && READ_ONCE(minifw_answers) &&
	    minifw_answer(skb, state, answer))
		this_cpu_inc(hook->counts->answered);
	return NF_DROP;
}

/*
 * Runs a program of type LWT_OUT. The layer that owns the packet has its own
 * notes in skb->cb: they are put back before anybody else sees the packet.
 * Whatever the program answers but NF_ACCEPT, the packet does not pass.
 */
static unsigned int minifw_run_lwt(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	const struct minifw_hook *hook = priv;
	struct minifw_words *words;
	u8 saved[sizeof(skb->cb)];
	u64 address = (unsigned long)state;
	u32 verdict, answer;

	BUILD_BUG_ON(sizeof(*words) != BPF_SKB_CB_LEN);
	memcpy(saved, skb->cb, sizeof(saved));
	words = (struct minifw_words *)bpf_skb_cb(skb);
	memcpy(words->state, &address, sizeof(address));
	words->hook = hook->ops.hooknum;
	words->family = hook->ops.pf;
	words->answer = MINIFW_ANSWER_NONE;
	bpf_compute_data_pointers(skb);
	verdict = bpf_prog_run_pin_on_cpu(hook->prog, skb);
	answer = words->answer;
	memcpy(skb->cb, saved, sizeof(saved));

	return likely(verdict == NF_ACCEPT) ?
		minifw_accept(hook) : minifw_drop(hook, skb, state, answer);
}

#if IS_ENABLED(CONFIG_NETFILTER_BPF_LINK)
/*
 * A program must stay on its processor. Not to be preempted is the cheapest
 * way to that; where that would keep others waiting too long, it is not.
 */
static inline void minifw_stay(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		migrate_disable();
	else
		preempt_disable();
}

static inline void minifw_leave(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		migrate_enable();
	else
		preempt_enable();
}

/*
 * What the program has left for a packet in its map, on this processor. Who
 * interrupts has slots of his own, since a slot is taken by one instruction.
 */
static u32 minifw_take_answer(struct bpf_map *map, const struct sk_buff *skb)
{
	struct minifw_slot *slot;
	u32 answer, first = 0;
	int i;

	slot = map->ops->map_lookup_elem(map, &first);
	for (i = 0; slot && i < MINIFW_SLOTS; i++, slot++) {
		if (READ_ONCE(slot->packet) != (unsigned long)skb)
			continue;
		answer = READ_ONCE(slot->answer);
		WRITE_ONCE(slot->packet, 0);
		return answer;
	}
	return MINIFW_ANSWER_NONE;
}

/* Runs a program of type NETFILTER as a link would: it finds all by itself. */
static unsigned int minifw_run_netfilter(void *priv, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	const struct minifw_hook *hook = priv;
	const struct bpf_nf_ctx context = { .state = state, .skb = skb };
	u32 answer = MINIFW_ANSWER_NONE;

	minifw_stay();
	if (likely(bpf_prog_run(hook->prog, &context) == NF_ACCEPT)) {
		minifw_leave();
		return minifw_accept(hook);
	}

	if (hook->answers)
		answer = minifw_take_answer(hook->answers, skb);
	minifw_leave();
	return minifw_drop(hook, skb, state, answer);
}

static bool minifw_is_for_answers(const struct bpf_map *map)
{
	return map->map_type == BPF_MAP_TYPE_PERCPU_ARRAY &&
	       map->value_size == MINIFW_SLOTS * sizeof(struct minifw_slot) &&
	       !strcmp(map->name, MINIFW_ANSWERS_MAP);
}

/* The map lives as long as the program that uses it. */
static struct bpf_map *minifw_answers_of(struct bpf_prog *prog)
{
	struct bpf_map *found = NULL;
	u32 i;

	mutex_lock(&prog->aux->used_maps_mutex);
	for (i = 0; i < prog->aux->used_map_cnt && !found; i++)
		if (minifw_is_for_answers(prog->aux->used_maps[i]))
			found = prog->aux->used_maps[i];
	mutex_unlock(&prog->aux->used_maps_mutex);
	return found;
}

void minifw_run_by_type(struct minifw_hook *hook)
{
	hook->ops.hook = minifw_run_lwt;
	if (hook->prog->type != BPF_PROG_TYPE_NETFILTER)
		return;

	hook->answers = minifw_answers_of(hook->prog);
	hook->ops.hook = minifw_run_netfilter;
}
#else
void minifw_run_by_type(struct minifw_hook *hook)
{
	hook->ops.hook = minifw_run_lwt;
}
#endif
