// ${$assertion}: what a script needs to ask a token endpoint by itself, good assertions and spoiled ones.

using System.Globalization;

namespace FhirHub.Conformance;

internal sealed partial class DynamicValues
{
    private const string AssertionName = "assertion";

    private readonly Dictionary<ClientCredentials, string> _audiences = [];
    private readonly Dictionary<ClientCredentials, string> _undiscovered = [];

    /// <summary>Finds the token endpoints of destinations whose assertions scripts may have, while there is time to wait.</summary>
    public async Task DiscoverAsync(CancellationToken cancel)
    {
        foreach (var client in options.Destinations.Select(static destination => destination.Client).OfType<ClientCredentials>().Distinct())
        {
            try
            {
                _audiences[client] = (await client.TokenUrlAsync(cancel).ConfigureAwait(false)).AbsoluteUri;
            }
            catch (ScriptException unknown)
            {
                // Told to a script that wants one; others need not care.
                _undiscovered[client] = unknown.Message;
            }
        }
    }

    // assertion[:DESTINATION[:NAME]][;PART=VALUE]…
    private string? FindAssertion(string text)
    {
        var sections = text.Split(';');
        var head = sections[0].Split(':');
        var number = 1;
        if (head[0] != AssertionName || head.Length > 3 || (head.Length > 1 && !int.TryParse(head[1], NumberStyles.None, CultureInfo.InvariantCulture, out number)))
            return null;
        if (number < 1 || number > options.Destinations.Count || options.Destinations[number - 1].Client is not { } client)
            throw new StepException($"Destination {number} has no client that signs assertions; name one with its key in the run's configuration ('client').");
        var changes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var section in sections.Skip(1))
        {
            if (section.Split('=', 2) is not [{ Length: > 0 } name, var value] || !changes.TryAdd(name, value))
                throw new StepException($"'{section}' of ${{${text}}} is no part=value.");
        }

        return Named(text, head.ElementAtOrDefault(2), () => Make(client, changes));
    }

    private string Make(ClientCredentials client, Dictionary<string, string> changes)
    {
        if (!_audiences.TryGetValue(client, out var audience) && !changes.ContainsKey("aud"))
            throw new StepException($"There is no audience for an assertion: {_undiscovered.GetValueOrDefault(client, "the token endpoint is not known.")}");
        try
        {
            return client.Assertions.Create(audience ?? "", changes);
        }
        catch (ScriptException wrong)
        {
            throw new StepException(wrong.Message);
        }
    }
}
