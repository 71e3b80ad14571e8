using System.Collections.Immutable;
using CsCheck;

namespace MiniFirewall.Testing.Rules;

/// <summary>A rule's target; jumps and gotos lead to later user chains only.</summary>
internal static class TargetGen
{
    private static readonly Gen<string> Plain = Gen.Frequency(
        (4, Gen.Const("-j ACCEPT")),
        (4, Gen.Const("-j DROP")),
        (2, Gen.Const("-j RETURN")),
        (3, Gen.Const("")));

    private static readonly Gen<string> Mark = Gen.OneOf(
        "-j MARK --set-mark 1", "-j MARK --set-xmark 0x6/0x7", "-j MARK --xor-mark 3", "-j MARK --and-mark 5", "-j MARK --set-mark 0xffffffff");

    private static readonly Gen<string> Log = Gen.OneOf(
        "-j LOG", "-j LOG --log-prefix \"seen: \"", "-j LOG --log-level debug", "-j LOG --log-prefix x --log-level 6",
        "-j LOG --log-tcp-options --log-macdecode", "-j NFLOG", "-j NFLOG --nflog-prefix \"seen: \" --nflog-group 5", "-j NFLOG --nflog-group 6 --nflog-size 40");

    internal static Gen<string> For(string chain, ImmutableArray<string> userChains, RuleSetGenOptions options)
    {
        string[] later = [.. userChains.Skip(userChains.IndexOf(chain) + 1)];
        Gen<string> plain = options.Marks ? Gen.Frequency((13, Plain), (2, Mark)) : Plain;
        Gen<string> withLog = options.Log ? Gen.Frequency((12, plain), (1, Log)) : plain;
        return later.Length == 0 ? withLog : Gen.Frequency((3, withLog), (2, Jump(later)));
    }

    private static Gen<string> Jump(string[] chains) => Gen.Select(
        Gen.Frequency((2, Gen.Const("-j")), (1, Gen.Const("-g"))), Gen.OneOf(chains), (how, chain) => $"{how} {chain}");
}
