using CsCheck;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Rules;

/// <summary>The parts of a rule that ask about addresses, interfaces and fragments, in any order.</summary>
internal static class HeaderGen
{
    internal static Gen<string[]> For(string chain, FamilySet families, RuleSetGenOptions options) =>
        Gen.Select(
            Rarely(3, Address("-s", families)),
            Rarely(3, Address("-d", families)),
            chain == "OUTPUT" ? TextGen.Nothing : Rarely(4, Interface("-i", options)),
            chain == "INPUT" ? TextGen.Nothing : Rarely(4, Interface("-o", options)),
            families == FamilySet.IPv4 ? Rarely(8, TextGen.Not.Select(not => $"{not}-f")) : TextGen.Nothing,
            (s, d, i, o, f) => new[] { Plain(s, d), Plain(d, s), i, o, f })
        .SelectMany(parts => Gen.Shuffle(parts));

    /// <summary>A list of addresses goes with no negated address (iptables xshared.c).</summary>
    private static string Plain(string address, string other) => other.Contains(',') ? address.Replace("! ", "") : address;

    /// <summary>An address makes a rule one family's, so a rule of both has none.</summary>
    private static Gen<string> Address(string option, FamilySet families)
    {
        if (families == FamilySet.Both)
        {
            return TextGen.Nothing;
        }

        Family family = families == FamilySet.IPv4 ? Family.IPv4 : Family.IPv6;
        Gen<string> address = TextGen.MaskedAddress(family);
        return Gen.Frequency(
            (6, Gen.Select(TextGen.Not, address, (not, a) => $"{not}{option} {a}")),
            (1, address.Array[2, 3].Select(list => $"{option} {string.Join(',', list)}")));
    }

    private static Gen<string> Interface(string option, RuleSetGenOptions options)
    {
        Gen<string> name = Gen.OneOf([.. options.Interfaces]);
        Gen<string> pattern = Gen.Frequency((4, name), (2, name.Select(n => $"{n[..^1]}+")), (1, name.Select(n => $"{n}+")));
        return Gen.Frequency(
            (9, Gen.Select(TextGen.Not, pattern, (not, p) => $"{not}{option} {p}")),
            (1, Gen.Const($"{option} +")));
    }

    private static Gen<string> Rarely(int oneIn, Gen<string> gen) => Gen.Frequency((oneIn - 1, TextGen.Nothing), (1, gen));
}
