using MiniFirewall.Engine.Commit;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Engine.Persistence;

/// <summary>
/// The rule sets in a directory, a file each; the one with the highest number is what is loaded at the next boot. A new one is written beside
/// them and gets its name at one moment, so that a power cut anywhere leaves the one before or the new one, whole. Writers hold the
/// directory's lock.
/// </summary>
/// <param name="afterStep">Called with its name after each step of writing.</param>
internal sealed class RuleHistory(IDurableFiles files, Action<string>? afterStep = null)
{
    /// <summary>Rule sets that are kept.</summary>
    internal const int Kept = 100;

    /// <summary>Names of the steps.</summary>
    internal const string Prepared = "write the rule set", Renamed = "name the rule set", Flushed = "flush the directory";

    private const string Unfinished = "new", Trial = "trial";

    /// <summary>The numbers of all, the newest first, whether or not they can be read.</summary>
    internal IReadOnlyList<int> Numbers() =>
        [.. files.Names().Select(KeptRulesFile.NumberOf).OfType<int>().OrderDescending()];

    /// <summary>Null where there is none of that number, or it is damaged.</summary>
    internal KeptRules? TryRead(int number) =>
        files.TryRead(KeptRulesFile.NameOf(number)) is { } bytes ? KeptRulesFile.TryDecode(number, bytes) : null;

    /// <summary>The newest that is whole; null where there is none.</summary>
    internal KeptRules? Newest() => Numbers().Select(TryRead).FirstOrDefault(rules => rules is not null);

    /// <summary>The number of the next.</summary>
    internal int NextNumber() => Numbers() is [int newest, ..] ? newest + 1 : 1;

    /// <summary>Writes a rule set so that <see cref="Finish"/> has little left that could fail; nothing counts yet.</summary>
    internal void Prepare(KeptRules rules)
    {
        Write(rules);
        TellPrepared();
    }

    /// <summary>
    /// As <see cref="Prepare"/>, beside other work. It must have ended, by <see cref="Preparation.Finish"/> or disposed of, before anything else is done here.
    /// </summary>
    internal Preparation BeginToPrepare(Func<KeptRules> make) => new(
        Task.Factory.StartNew(
            () =>
            {
                KeptRules rules = make();
                Write(rules);
                return rules;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default),
        TellPrepared);

    /// <summary>The prepared rule set is the newest, whatever happens from here on.</summary>
    internal void Finish(int number)
    {
        files.Rename(Unfinished, KeptRulesFile.NameOf(number));
        afterStep?.Invoke(Renamed);
        files.FlushNames();
        afterStep?.Invoke(Flushed);
        foreach (int old in Numbers().Skip(Kept))
        {
            files.Remove(KeptRulesFile.NameOf(old));
        }
    }

    /// <summary>Remembers who has put rules on trial, for as long as it runs. What is lost of it costs no rule.</summary>
    internal void RememberTrial(ChangeNote note) => files.WriteDurably(Trial, KeptRulesFile.Encode(new KeptRules(1, DateTimeOffset.UtcNow, note, null, null, NameTable.Empty)));

    /// <summary>Who it was, and forgets it; null where nobody knows.</summary>
    internal ChangeNote? TakeTrial()
    {
        ChangeNote? note = files.TryRead(Trial) is { } bytes ? KeptRulesFile.TryDecode(1, bytes)?.Note : null;
        files.Remove(Trial);
        return note;
    }

    /// <summary>The compiled form of the rules of this text; null where there is none that fits.</summary>
    internal CompiledForm? TryReadForm(string text) =>
        files.TryRead(CompiledFormFile.Name) is { } bytes ? CompiledFormFile.TryDecode(text, bytes) : null;

    /// <summary>Puts the compiled form of the rules of this text in the place of the one that is kept; where it cannot be written there is none.</summary>
    internal void WriteForm(string text, CompiledForm form)
    {
        try
        {
            files.Write(CompiledFormFile.Name, CompiledFormFile.Encode(text, form));
        }
        catch
        {
            RemoveForm();
            throw;
        }
    }

    /// <summary>None is kept any more.</summary>
    internal void RemoveForm() => files.Remove(CompiledFormFile.Name);

    /// <summary>Takes back what <see cref="Prepare"/> has written.</summary>
    internal void Abandon() => files.Remove(Unfinished);

    private void Write(KeptRules rules) => files.WriteDurably(Unfinished, KeptRulesFile.Encode(rules));

    private void TellPrepared() => afterStep?.Invoke(Prepared);
}
