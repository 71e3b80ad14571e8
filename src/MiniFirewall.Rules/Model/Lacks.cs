namespace MiniFirewall.Rules.Model;

/// <summary>What several matches and targets would need to run, in one wording each.</summary>
internal static class Lacks
{
    internal const string Connections = "needs what miniFirewall does not keep of a connection yet";
    internal const string ConnectionTuples = "asks of a connection more than its state and direction, which miniFirewall does not look at yet";
    internal const string Translation = "needs address translation (SNAT, DNAT), which only the kernel's own connection tracking knows of";
    internal const string Rates = "needs rates that are kept over time, which miniFirewall does not do yet";
    internal const string Queues = "needs packets handed to a program in user space, which miniFirewall does not do yet";
    internal const string Marks = "needs the packet changed, which a BPF program on a Netfilter hook cannot do";
    internal const string SentPackets = "needs packets of its own to be sent, which miniFirewall does not do yet";
}
