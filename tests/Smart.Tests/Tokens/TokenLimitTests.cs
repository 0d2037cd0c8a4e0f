// Whoever asks too often, or guesses, waits.

using FhirHub.Server.Tests;

namespace FhirHub.Smart.Tests;

public class TokenLimitTests(TokenLimitTests.LimitedFixture server) : IClassFixture<TokenLimitTests.LimitedFixture>
{
    [Fact]
    public async Task Too_many_guesses_from_one_address_answer_429_and_when_to_come_back()
    {
        for (var i = 0; i < 100; i++)
        {
            var answer = await server.RefreshAsync(Secret.Create());
            if ((int)answer.StatusCode != 429)
                continue;
            await answer.RefusesAsync(429, "temporarily_unavailable");
            Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
            Assert.InRange(i, 2, 40);
            return;
        }

        Assert.Fail("Guesses are not limited.");
    }

    public sealed class LimitedFixture : SmartFixture
    {
        protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Auth:TokenRequestsPerMinute=30"];
    }
}
