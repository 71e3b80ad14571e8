using System.CommandLine;
using MiniFirewall.Cli.Verbs;
using MiniFirewall.Verbs;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw delete: takes an entry away, by number, by id, or by its words.</summary>
internal static class DeleteCommand
{
    internal static Command Create()
    {
        Argument<string[]> words = new("ENTRY") { Description = "A number or id of status numbered, or the words that made the entry.", Arity = ArgumentArity.OneOrMore };
        var options = new VerbOptions();
        var command = new Command("delete", "Take an entry away: by number, by id, or by its words.") { words };
        options.AddTo(command);
        command.SetAction(result => Guarded.Run(() => Run(result.GetRequiredValue(words), options.Read(result))));
        HelpWithExamples.AddTo(command, """
            minifw delete 3
            minifw delete r1c2d3e4f
            minifw delete allow 22/tcp
            minifw delete route allow in on eth1 out on eth0
            """);
        return command;
    }

    internal static int Run(string[] words, VerbRequest request)
    {
        if (words is [var one] && (IsNumber(one) || IsId(one)))
        {
            return VerbRun.Change($"delete {one}", rules => new VerbEditor(rules, VerbRun.Options).Delete(one), request);
        }

        Intent intent = VerbRun.ReadIntent(words);
        return VerbRun.Change($"delete {string.Join(' ', words)}", rules => new VerbEditor(rules, VerbRun.Options).Delete(intent), request);
    }

    private static bool IsNumber(string word) => word.All(char.IsAsciiDigit);

    private static bool IsId(string word) => word.Length >= 4 && word[0] == 'r' && word.Skip(1).All(c => char.IsAsciiHexDigitLower(c) || c == '.');
}
