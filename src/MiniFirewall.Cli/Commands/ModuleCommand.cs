using System.CommandLine;
using MiniFirewall.Bpf;
using MiniFirewall.Cli.Modules;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Modules;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw module: builds, loads, unloads and shows the kernel module minifw, the hook provider for kernels without BPF links.</summary>
internal static class ModuleCommand
{
    internal static Command Create() => new("module", "The kernel module, which brings rules onto the hooks of kernels that have no BPF links there (before 6.4).")
    {
        Build(), Load(), Unload(), Status(),
    };

    private static Option<string> DirectoryOption() => new("--directory")
    {
        Description = "Where the module is built, and looked for.",
        DefaultValueFactory = _ => ModuleFiles.UsualDirectory,
    };

    private static Command Build()
    {
        Option<string> directory = DirectoryOption(), kernel = new("--kernel") { Description = "Build for this release; unless given, for the running kernel.", DefaultValueFactory = _ => ModuleFiles.RunningRelease };
        Option<string?> headers = new("--headers") { Description = "The kernel's build directory; unless given, /lib/modules/RELEASE/build." };
        var command = new Command("build", "Write the module's sources and build them against the kernel's headers.") { directory, kernel, headers };
        command.SetAction(result => Guarded.Run(() =>
        {
            string release = result.GetRequiredValue(kernel);
            string module = ModuleBuild.Run(Path.GetFullPath(result.GetRequiredValue(directory)), release, result.GetValue(headers));
            Console.Out.WriteLine($"built for {release}: {module}");
            return ExitCode.Done;
        }));
        HelpWithExamples.AddTo(command, """
            minifw module build
            minifw module build --kernel 6.1.0-50-amd64 --directory /tmp/module
            """);
        return command;
    }

    private static Command Load()
    {
        Option<string> directory = DirectoryOption();
        Argument<string[]> parameters = new("PARAMETER") { Description = "answers=Y|N: whether REJECT answers; most_hooks=N: hooks in one network namespace.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("load", "Load the module that was built or installed.") { directory, parameters };
        command.SetAction(result => Guarded.Run(() => RunLoad(Path.GetFullPath(result.GetRequiredValue(directory)), result.GetValue(parameters) ?? [])));
        HelpWithExamples.AddTo(command, """
            minifw module load
            minifw module load answers=N
            """);
        return command;
    }

    private static int RunLoad(string directory, string[] parameters)
    {
        if (HookModule.IsLoaded)
        {
            Console.Out.WriteLine($"the module is loaded already, version {ModuleFacts.Version}{(parameters.Length == 0 ? "" : "; its parameters are in /sys/module/minifw/parameters")}");
            return ExitCode.Done;
        }

        if (!ModuleFacts.KernelHasModules)
        {
            ModuleLoader.Load("", parameters);
        }

        string file = ModuleLoader.Find(directory) ?? throw new FirewallException(
            FirewallFailure.Refused, $"there is no module for {ModuleFiles.RunningRelease}, in {directory} or installed: run 'minifw module build'");
        ModuleLoader.Load(file, parameters);
        Console.Out.WriteLine($"loaded {file}");
        ModuleReport.WriteLog(Console.Out);
        return ExitCode.Done;
    }

    private static Command Unload()
    {
        Option<bool> force = new("--force") { Description = "Though hooks of this network namespace go with it, and packets pass." };
        var command = new Command("unload", "Unload the module; the hooks that it has go with it, in every network namespace.") { force };
        command.SetAction(result => Guarded.Run(() => RunUnload(result.GetValue(force))));
        HelpWithExamples.AddTo(command, """
            minifw off && minifw module unload
            minifw module unload --force
            """);
        return command;
    }

    private static int RunUnload(bool force)
    {
        using (HookModule? module = force ? null : HookModule.TryOpen())
        {
            if (module?.List().Count is > 0 and var hooks)
            {
                throw new FirewallException(
                    FirewallFailure.Refused, $"the module has {hooks} hooks in this network namespace, and without them packets pass: run 'minifw off' first, or add --force");
            }
        }

        ModuleLoader.Unload();
        Console.Out.WriteLine("unloaded");
        ModuleReport.WriteLog(Console.Out);
        return ExitCode.Done;
    }

    private static Command Status()
    {
        Option<bool> json = CommandOptions.Json();
        Option<string> directory = DirectoryOption();
        var command = new Command("status", "Print whether the module can be built and loaded, what it has on hooks here, and what the kernel's log has of it.") { json, directory };
        command.SetAction(result => Guarded.Run(() =>
        {
            ModuleReport report = ModuleReport.Read(Path.GetFullPath(result.GetRequiredValue(directory)));
            if (result.GetValue(json))
            {
                JsonOutput.Document(report.WriteJson);
            }
            else
            {
                report.Write(Console.Out);
            }

            return ExitCode.Done;
        }));
        HelpWithExamples.AddTo(command, """
            minifw module status
            minifw module status --json | jq .hooks
            """);
        return command;
    }
}
