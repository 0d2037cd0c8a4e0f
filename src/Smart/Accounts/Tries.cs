// Tries to guess a secret: after some in vain the next must wait, longer each time, and never for ever.

namespace FhirHub.Smart;

/// <summary>What was tried.</summary>
/// <param name="Count">Tries since the last that was right.</param>
/// <param name="NotBefore">When the next may be made.</param>
internal sealed record TryCount(int Count, DateTimeOffset NotBefore);

/// <summary>
/// Counts tries before they are made, by a conditional write, so that no number of them at once is one try. They are counted alike for what exists
/// and for what does not.
/// </summary>
/// <param name="state">What is kept.</param>
/// <param name="clock">The clock.</param>
internal sealed class Tries(SmartState state, TimeProvider clock)
{
    /// <summary>Tries that need no wait.</summary>
    public const int Free = 5;

    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_memory = TimeSpan.FromDays(1);

    /// <summary>Counts a try.</summary>
    /// <param name="what">What is guessed at.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>False if it must not be made.</returns>
    public async Task<bool> BeginAsync(string what, CancellationToken cancel)
    {
        // Somebody may have typed a password in the place of the name, so the name itself is not kept.
        var id = Secret.HashOf(what);
        while (true)
        {
            var now = clock.GetUtcNow();
            var kept = await state.Tries.FindAsync(id, cancel) ?? new Kept<TryCount>(id, new TryCount(0, DateTimeOffset.MinValue));
            if (kept.Value.NotBefore > now)
                return false;
            var count = kept.Value.Count + 1;
            if (await state.Tries.PutAsync(kept with { Value = new TryCount(count, now + WaitAfter(count)), Expires = now + s_memory }, cancel) is not null)
                return true;
        }
    }

    /// <summary>Forgets the tries: the last was right.</summary>
    public Task SucceedAsync(string what, CancellationToken cancel) => state.Tries.RemoveAsync(Secret.HashOf(what), cancel);

    private static TimeSpan WaitAfter(int count)
    {
        if (count < Free)
            return TimeSpan.Zero;
        var wait = s_firstWait * Math.Pow(2, Math.Min(count - Free, 10));
        return wait < s_longestWait ? wait : s_longestWait;
    }
}
