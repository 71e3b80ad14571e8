using System.CommandLine;
using MiniFirewall.Cli.Output;
using MiniFirewall.Cli.Verbs;
using MiniFirewall.Verbs;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw app: the applications that packages have put into /etc/ufw/applications.d.</summary>
internal static class AppCommand
{
    internal static Command Create()
    {
        var command = new Command("app", "Applications whose ports entries may name.") { CreateList(), CreateInfo() };
        HelpWithExamples.AddTo(command, """
            minifw app list
            minifw app info OpenSSH
            minifw allow OpenSSH
            minifw allow from 10.0.0.0/8 to any app 'Apache Full'
            """);
        return command;
    }

    private static Command CreateList()
    {
        Option<bool> json = CommandOptions.Json();
        var command = new Command("list", "Print the names and ports of all applications.") { json };
        command.SetAction(result => Guarded.Run(() =>
        {
            AppProfiles profiles = AppProfiles.Read();
            if (result.GetValue(json))
            {
                JsonOutput.Document(writer =>
                {
                    writer.WriteStartArray();
                    foreach (AppProfile profile in profiles.All)
                    {
                        AppOutput.WriteJson(writer, profile);
                    }

                    writer.WriteEndArray();
                });
            }
            else
            {
                AppOutput.WriteList(profiles);
            }

            return ExitCode.Done;
        }));
        return command;
    }

    private static Command CreateInfo()
    {
        Argument<string> name = new("NAME") { Description = "The application." };
        Option<bool> json = CommandOptions.Json();
        var command = new Command("info", "Print what is known of an application.") { name, json };
        command.SetAction(result => Guarded.Run(() =>
        {
            string asked = result.GetRequiredValue(name);
            AppProfile profile = AppProfiles.Read().Find(asked)
                ?? throw new UsageException($"there is no application profile '{asked}' in {AppProfiles.Directory}; minifw app list names those that are there");
            if (result.GetValue(json))
            {
                JsonOutput.Document(writer => AppOutput.WriteJson(writer, profile));
            }
            else
            {
                AppOutput.Write(profile);
            }

            return ExitCode.Done;
        }));
        return command;
    }
}
