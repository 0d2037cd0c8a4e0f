// Texts that a page shows once, after the 303 of the form that made them: recovery codes and passwords.

using Microsoft.AspNetCore.DataProtection;

namespace FhirHub.Smart;

/// <summary>A text that waits to be shown.</summary>
/// <param name="Text">The text, protected.</param>
internal sealed record OneTimeText(string Text);

/// <summary>The texts that wait to be shown; each belongs to one session, and no address names it.</summary>
/// <param name="smart">The server.</param>
internal sealed class OneTimeTexts(SmartService smart)
{
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(10);

    /// <summary>Keeps a text, in the place of one that waits already.</summary>
    public async Task KeepAsync(SignedIn signedIn, string about, string text, CancellationToken cancel)
    {
        var id = $"{signedIn.SessionId}/{about}";
        await smart.State.OneTimeTexts.RemoveAsync(id, cancel);
        await smart.State.OneTimeTexts.AddAsync(id, new OneTimeText(Protector.Protect(text)), signedIn.Account.Id, smart.Clock.GetUtcNow() + s_life, cancel);
    }

    /// <summary>Takes a text out; null if there is none.</summary>
    public async Task<string?> TakeAsync(SignedIn signedIn, string about, CancellationToken cancel) =>
        await smart.State.OneTimeTexts.FindAsync($"{signedIn.SessionId}/{about}", cancel) is { } kept && await smart.State.OneTimeTexts.RemoveAsync(kept, cancel)
            ? Protector.Unprotect(kept.Value.Text)
            : null;

    private IDataProtector Protector => smart.Protector("texts that are shown once");
}
