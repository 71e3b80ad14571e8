using MiniFirewall.Bpf;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Persistence;

/// <summary>
/// The rules of one network namespace in the kernel and on disk together: what is applied here comes back at the next boot, and every
/// rule set that was is in the history. Holds no state of its own; to be used on threads of the namespace that its engine was opened
/// in. Members throw <see cref="FirewallException"/>; whatever throws has changed nothing, unless it says otherwise.
/// </summary>
public sealed class PersistentRules
{
    /// <summary>The environment variable that names another directory than the usual one.</summary>
    public const string Variable = "MINIFW_STATE_DIR";

    private readonly FirewallEngine _engine;

    private PersistentRules(FirewallEngine engine, string directory) => (_engine, Directory) = (engine, directory);

    /// <summary>Where the history is.</summary>
    public string Directory { get; }

    /// <summary>The rules of the engine's namespace, in the directory that the environment or the namespace says.</summary>
    public static PersistentRules Of(FirewallEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        return In(engine, StateDirectory.PathFor(engine.Namespace, Environment.GetEnvironmentVariable(Variable)));
    }

    internal static PersistentRules In(FirewallEngine engine, string directory) => new(engine, directory);

    /// <summary>The rule set on disk, which is what the next boot loads; null where nothing was ever kept.</summary>
    public KeptRules? OnDisk => Reading(history => history.Newest());

    /// <summary>All that is kept, the newest first; damaged ones are left out.</summary>
    public IReadOnlyList<KeptRules> History() => Reading(history => history.Numbers().Select(history.TryRead).OfType<KeptRules>().ToArray()) ?? [];

    /// <summary>The numbers of all, the newest first, damaged ones too.</summary>
    public IReadOnlyList<int> Numbers() => Reading(history => history.Numbers()) ?? [];

    /// <summary>One of the history.</summary>
    /// <exception cref="FirewallException">There is none of that number, or it is damaged.</exception>
    public KeptRules Find(int number) => Reading(history => history.TryRead(number))
        ?? throw new FirewallException(FirewallFailure.Refused, $"there is no rule set {number} in {Directory}; 'minifw history' lists what there is");

    /// <summary>
    /// Puts a rule set in force, and on disk. It is written first and counts last: killed or cut off in between, the rule set before
    /// it is on disk.
    /// </summary>
    /// <param name="restores">The number of the rule set that it brings back.</param>
    /// <returns>Its number in the history.</returns>
    public int Apply(RuleSet rules, ChangeNote note, ApplyOptions? options = null, int? restores = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(note);
        return Writing(options?.LockTimeout, history =>
        {
            RequireNoTrial();
            int number = history.NextNumber();
            using Preparation kept = history.BeginToPrepare(() => KeptRules.Of(number, note, rules, restores));
            using var form = new FormPreparation(history);
            _engine.Apply(rules, (options ?? new()) with { BeforeChange = () => form.Begin(kept.Finish().Text), Forms = form.Forms });
            return Finish(history, kept.Finish(), form);
        });
    }

    /// <summary>As <see cref="Apply(RuleSet, ChangeNote, ApplyOptions?, int?)"/>, with rules made from those in force.</summary>
    /// <param name="change">
    /// Is given the rule set in force, or null, and returns the one to apply, or null where there is nothing to do; nobody else changes the
    /// rules meanwhile.
    /// </param>
    /// <returns>Its number in the history; null where there was nothing to do.</returns>
    public int? Apply(Func<LoadedRuleSet?, RuleSet?> change, ChangeNote note, ApplyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(note);
        return Writing<int?>(options?.LockTimeout, history =>
        {
            RequireNoTrial();
            KeptRules? kept = null;
            using var form = new FormPreparation(history);
            _engine.Apply(
                running =>
                {
                    if (change(running) is not { } rules)
                    {
                        return null;
                    }

                    kept = KeptRules.Of(history.NextNumber(), note, rules, restores: null);
                    history.Prepare(kept);
                    return rules;
                },
                (options ?? new()) with { BeforeChange = () => form.Begin(kept?.Text), Forms = form.Forms });
            return kept is null ? null : Finish(history, kept, form);
        });
    }

    /// <summary>
    /// Puts a rule set in force on trial; the disk stays as it is until <see cref="Confirm"/>.
    /// </summary>
    /// <param name="change">As that of <see cref="Apply(Func{LoadedRuleSet?, RuleSet?}, ChangeNote, ApplyOptions?)"/>.</param>
    /// <param name="options">With a trial.</param>
    /// <returns>Whether there was something to do.</returns>
    public bool Try(Func<LoadedRuleSet?, RuleSet?> change, ChangeNote note, ApplyOptions options)
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(note);
        ArgumentNullException.ThrowIfNull(options);
        return Writing(options.LockTimeout, history =>
        {
            bool isChanged = false;
            _engine.Apply(
                running =>
                {
                    RuleSet? rules = change(running);
                    isChanged = rules is not null;
                    return rules;
                },
                options);
            if (isChanged)
            {
                history.RememberTrial(note);
            }

            return isChanged;
        });
    }

    /// <summary>Ends the trial of the rules in force: they stay, and are put on disk.</summary>
    /// <returns>Their number in the history.</returns>
    /// <exception cref="FirewallException">They are on no trial, or it is over.</exception>
    public int Confirm() => Writing(null, history =>
    {
        _engine.Confirm();
        ChangeNote note = history.TakeTrial() ?? ChangeNote.Of("confirm");
        var kept = KeptRules.Of(history.NextNumber(), note, _engine.Read()?.Rules, restores: null);
        history.Prepare(kept);
        return Finish(history, kept);
    });

    /// <summary>Puts on disk what is in force; nothing changes in the kernel.</summary>
    /// <returns>Its number in the history; null where it is on disk already.</returns>
    public int? Save(ChangeNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        RuleSet rules = (_engine.Read() ?? throw new FirewallException(FirewallFailure.Refused, "no rules are in force here, so there is nothing to save")).Rules;
        return Writing<int?>(null, history =>
        {
            RequireNoTrial();
            if (history.Newest() is { IsOff: false } newest && RuleDifference.Between(newest.Read(), rules).IsNone)
            {
                return null;
            }

            var kept = KeptRules.Of(history.NextNumber(), note, rules, restores: null);
            history.Prepare(kept);
            return Finish(history, kept);
        });
    }

    /// <summary>Takes the firewall away, here and from the next boot on.</summary>
    public void Off(ChangeNote note, TimeSpan? lockTimeout = null)
    {
        ArgumentNullException.ThrowIfNull(note);
        if (OnDisk is null or { IsOff: true })
        {
            _engine.Off(lockTimeout);
            return;
        }

        Writing(lockTimeout, history =>
        {
            var kept = KeptRules.Of(history.NextNumber(), note, rules: null, restores: null);
            history.Prepare(kept);
            _engine.Off(lockTimeout);
            return Finish(history, kept);
        });
    }

    /// <summary>Puts a rule set of the history in force again, and on disk as the newest.</summary>
    /// <returns>The number that it has now.</returns>
    public int Restore(KeptRules kept, ChangeNote note, ApplyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(kept);
        RuleSet rules = kept.Read();
        if (!kept.IsOff)
        {
            return Apply(rules, note, options, kept.Origin);
        }

        Off(note, options?.LockTimeout);
        return OnDisk?.Number ?? 0;
    }

    /// <summary>Puts the rule set on disk in force, and leaves the disk as it is. Names have the addresses that are on disk; nobody is asked.</summary>
    public void Load(KeptRules kept, ApplyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(kept);
        if (kept.IsOff)
        {
            _engine.Off(options?.LockTimeout);
        }
        else
        {
            LoadForm(kept.Text!, kept.Read(), (options ?? new()) with { NameWait = TimeSpan.Zero });
        }
    }

    /// <summary>
    /// The rule set that was there before so many changes. A change that is not on disk counts as the first of them; one that brought a
    /// rule set back is as if it had not been.
    /// </summary>
    /// <exception cref="FirewallException">So many are not kept.</exception>
    public KeptRules Before(int changes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(changes, 1);
        return Reading(history => Before(history, changes))
            ?? throw new FirewallException(FirewallFailure.Refused, $"{Directory} does not go back {(changes == 1 ? "a change" : $"{changes} changes")}; 'minifw history' lists what there is");
    }

    /// <summary>How the rules in force differ from those on disk; null where nothing was ever kept.</summary>
    /// <param name="loaded">The rules in force.</param>
    public RuleDifference? Drift(LoadedRuleSet? loaded) =>
        OnDisk is { } kept ? RuleDifference.Between(kept.Read(), loaded?.Rules ?? RuleSet.Empty) : null;

    /// <summary>What is put on disk now would be another rule set than the one that is in force when the trial ends.</summary>
    private void RequireNoTrial()
    {
        if (_engine.ReadTrial() is { } trial)
        {
            throw new FirewallException(
                FirewallFailure.Refused,
                $"the rules in force are on trial for {Math.Ceiling(trial.Left.TotalSeconds)} s more; 'minifw confirm' keeps them, 'minifw confirm --back' puts those before back, and then others can be kept");
        }
    }

    private KeptRules? Before(RuleHistory history, int changes)
    {
        if (history.Newest() is not { } at)
        {
            return null;
        }

        if (!RuleDifference.Between(at.Read(), _engine.Read()?.Rules ?? RuleSet.Empty).IsNone)
        {
            changes--;
        }

        IReadOnlyList<int> numbers = history.Numbers();
        KeptRules? found = at;
        for (; changes > 0 && found is not null; changes--)
        {
            int origin = found.Origin;
            found = numbers.Where(number => number < origin).Select(history.TryRead).FirstOrDefault(rules => rules is not null);
        }

        return found;
    }

    /// <summary>Loads the compiled form of the rules where that can be, else compiles them, and keeps the form.</summary>
    private void LoadForm(string text, RuleSet rules, ApplyOptions options)
    {
        CompiledForm? form = options.OnProof is null ? Reading(history => history.TryReadForm(text)) : null;
        if (form is not null)
        {
            try
            {
                ApplyWith(new(form));
                return;
            }
            catch (Exception e) when (e is VerifierException or FirewallException { Failure: FirewallFailure.Refused or FirewallFailure.Unsupported })
            {
                // What stands in the way of the rules themselves is said of the rules, compiled here and now.
            }
        }

        ApplyWith(new(kept: null));

        void ApplyWith(FormExchange forms)
        {
            _engine.Apply(rules, options with { Forms = forms });
            if (forms.Made is { } made)
            {
                TryKeepForm(text, made);
            }
        }
    }

    /// <summary>Whoever holds the lock keeps a form of its own.</summary>
    private void TryKeepForm(string text, CompiledForm form) => FormPreparation.Try(() =>
    {
        using DirectoryHandle? directory = DirectoryHandle.TryOpen(Directory);
        using FileLock? taken = directory is null ? null : FileLock.TryTake(directory, "lock", TimeSpan.Zero);
        if (taken is not null)
        {
            new RuleHistory(new DurableFiles(directory!)).WriteForm(text, form);
        }
    });

    /// <summary>The rules are in force: what goes wrong now is said, and taken back by nobody.</summary>
    /// <param name="form">Where their compiled form is; null for nowhere.</param>
    private int Finish(RuleHistory history, KeptRules kept, FormPreparation? form = null)
    {
        try
        {
            if (form is not { IsBegun: true })
            {
                history.RemoveForm();
            }

            WriteAddresses(history, kept);
            history.Finish(kept.Number);
            return kept.Number;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SystemCallException)
        {
            throw new FirewallException(FirewallFailure.Refused, $"the rules are in force, but could not be put on disk in {Directory}: {e.Message}; 'minifw save' tries again", e);
        }
    }

    /// <summary>Live names have their addresses since the rules are in force; a boot begins with these.</summary>
    private void WriteAddresses(RuleHistory history, KeptRules kept)
    {
        if (!kept.Names.IsEmpty && _engine.Read() is { } running)
        {
            history.Prepare(kept with { Names = NameTable.Of(running.Rules) });
        }
    }

    private T? Reading<T>(Func<RuleHistory, T?> work)
        where T : class
    {
        return Explained(() =>
        {
            using DirectoryHandle? directory = DirectoryHandle.TryOpen(Directory);
            return directory is null ? null : work(new RuleHistory(new DurableFiles(directory)));
        });
    }

    private T Writing<T>(TimeSpan? timeout, Func<RuleHistory, T> work) => Explained(() =>
    {
        using DirectoryHandle directory = OpenOrMake(Directory);
        using FileLock? taken = FileLock.TryTake(directory, "lock", timeout)
            ?? throw new FirewallException(FirewallFailure.Busy, $"another minifw has been changing the rules for {timeout!.Value.TotalSeconds:0.#} s");
        var history = new RuleHistory(new DurableFiles(directory), _engine.Parts.AfterStep);
        try
        {
            return work(history);
        }
        catch
        {
            history.Abandon();
            throw;
        }
    });

    /// <summary>Opens a directory; what is missing of its path is made, its owner's only.</summary>
    private static DirectoryHandle OpenOrMake(string path)
    {
        if (DirectoryHandle.TryOpen(path) is { } there)
        {
            return there;
        }

        string above = Path.GetDirectoryName(Path.GetFullPath(path)) ?? throw new FirewallException(FirewallFailure.Refused, $"{path} is no directory that rule sets can be kept in");
        using DirectoryHandle parent = OpenOrMake(above);
        return parent.MakeDirectory(Path.GetFileName(path));
    }

    private T Explained<T>(Func<T> work)
    {
        try
        {
            return Refusals.Explained(work);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new FirewallException(FirewallFailure.Permission, $"{Directory}, where rule sets are kept: {e.Message}; this needs root", e);
        }
        catch (IOException e)
        {
            throw new FirewallException(FirewallFailure.Refused, $"{Directory}, where rule sets are kept: {e.Message}; nothing has changed", e);
        }
    }
}
