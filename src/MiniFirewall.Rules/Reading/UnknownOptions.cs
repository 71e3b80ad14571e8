using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Targets;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>Says of an option that is not in force what it may have been meant to be.</summary>
internal static class UnknownOptions
{
    private static readonly string[] AllNames =
    [
        .. GlobalOption.All.SelectMany(option => option.Names),
        .. MatchRegistry.All.SelectMany(match => match.Options).SelectMany(option => option.Names),
        .. TargetRegistry.All.SelectMany(target => target.Options).SelectMany(option => option.Names),
    ];

    internal static bool IsLongName(string name) => AllNames.Contains(name);

    internal static string LetterHelp(char letter) =>
        char.IsAsciiLetter(letter) && GlobalOption.Find(char.IsUpper(letter) ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter)) is { } other
            ? $"did you mean -{other.Short} (--{other.Names[0]})"
            : "long options begin with two dashes";

    /// <param name="written">The option with what is glued to it.</param>
    internal static void Report(Word option, Word written, string name, IEnumerable<string> inForce, DiagnosticBag diagnostics)
    {
        MatchGrammar[] owners = [.. MatchRegistry.WithOption(name)];
        if (owners.Length > 0 && owners.All(owner => owner is { Protocol: not null, IsImplied: true }))
        {
            string[] protocols = [.. owners.Select(owner => "-p " + ProtocolNames.Print(owner.Protocol!.Value))];
            diagnostics.Report(
                ErrorCodes.WrongProtocol, option, $"{Show.Word(option.Text)} needs {Show.Choice(protocols)} before it",
                "the protocol says what the option means", Unknown(written));
            return;
        }

        string help = owners.Length > 0 ? $"write -m {owners[0].Name} before it"
            : TargetRegistry.All.FirstOrDefault(target => target.FindOption(name) is not null) is { } target
                ? $"write -j {target.Name} before it"
                : Nearest.Hint(name, inForce.Concat(AllNames), "--");
        diagnostics.Report(ErrorCodes.UnknownOption, option, $"there is no option {Show.Word(option.Text)} here", help, Unknown(written));
    }

    private static Convention Unknown(Word written) => Convention.Usage($"unknown option \"{written.Text}\"");
}
