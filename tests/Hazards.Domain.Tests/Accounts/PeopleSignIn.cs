using Hazards.Domain.Codes;

namespace Hazards.Domain.Tests.Accounts;

/// <summary>Accounts: what their events make of them, which logins there can be, when one is locked.</summary>
public sealed class PeopleSignIn
{
    private static readonly DateTimeOffset Nine = new(2026, 3, 2, 9, 0, 0, ChinaTime.Offset);
    private static readonly Guid Id = new("0195f0a0-0000-7000-8000-0000000000aa");
    private static readonly BodyId Office = BodyId.Parse("ws-awb");
    private static readonly BodyId Government = BodyId.Parse("ws-gov");
    private static readonly RegionCode County = RegionCode.Parse("532927");
    private static readonly AccountOpened Opened = new(Id, "zhang.wei", "张伟", Office, [Role.Reporter], County);
    private static readonly AccountPasswordSet First = new(MustChange: true, BySelf: false);
    private static readonly SignInRefused Wrong = new(SignInRefusal.Password, "203.0.113.7", null);
    private static readonly SignedIn In = new(Guid.Empty, SignInMethod.Local, null);

    [Theory]
    [InlineData("zhang.wei", "zhang.wei")]
    [InlineData("  Zhang_Wei-2@Example.CN ", "zhang_wei-2@example.cn")]
    [InlineData("张三丰", "张三丰")]
    [InlineData("𠮷田一", "𠮷田一")]
    [InlineData("〇三二", "〇三二")]
    public void A_login_is_kept_in_lower_case(string typed, string kept)
    {
        Logins.TryRead(typed, out var login).ShouldBeTrue();
        login.ShouldBe(kept);
        Logins.Check("login", typed).ShouldBeNull();
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("zhang wei")]
    [InlineData("zhang\twei")]
    [InlineData("zhang'--")]
    [InlineData("e\u0301ric")] // a letter and its accent: it has another spelling
    [InlineData("éric")]
    [InlineData("\uF900金三")] // a compatibility ideograph: another spelling of 豈
    [InlineData("ａｄｍｉｎ")] // full width
    [InlineData("аdmin")] // а Cyrillic letter that looks like another
    [InlineData("张\ud800三")]
    [InlineData("张三，四")]
    public void No_login_is_spelt_in_two_ways_or_passes_for_another(string typed)
    {
        Logins.TryRead(typed, out _).ShouldBeFalse();
        Logins.Check("login", typed)!.Code.ShouldBe("account.login_malformed");
    }

    [Fact]
    public void A_login_has_3_to_60_characters()
    {
        Logins.Check("login", "")!.Code.ShouldBe("input.missing");
        Logins.Check("login", null)!.Code.ShouldBe("input.missing");
        Logins.TryRead(new string('字', Logins.Longest), out _).ShouldBeTrue();
        Logins.TryRead(new string('字', Logins.Longest + 1), out _).ShouldBeFalse();
    }

    [Fact]
    public void An_account_is_opened_changed_and_closed()
    {
        var opened = Told(Opened, First);
        opened.ShouldSatisfyAllConditions(
            a => a.Login.ShouldBe("zhang.wei"), a => a.Name.ShouldBe("张伟"), a => a.MustChangePassword.ShouldBeTrue(),
            a => a.SecondFactor.ShouldBeFalse(), a => a.Closed.ShouldBeFalse(), a => a.Version.ShouldBe(2),
            a => a.PasswordVersion.ShouldBe(2));

        var changed = Account.Apply(opened, new AccountChanged("张伟", Government, [Role.Responsible], County));
        changed.ShouldSatisfyAllConditions(
            a => a.Body.ShouldBe(Government), a => a.Roles.ShouldBe([Role.Responsible]), a => a.Login.ShouldBe("zhang.wei"),
            a => a.Version.ShouldBe(3));

        Account.Apply(changed, new AccountClosed("调离")).Closed.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => Account.Apply(null, First));
    }

    [Fact]
    public void Sessions_end_when_rights_change_and_not_for_a_name()
    {
        var account = Told(Opened, First, In);
        var rights = account.RightsVersion;
        Account.Apply(account, new AccountChanged("张维", Office, [Role.Reporter], County)).RightsVersion.ShouldBe(rights);
        foreach (IAccountEvent ending in new IAccountEvent[]
        {
            new AccountChanged("张伟", Office, [Role.Reporter, Role.Inspector], County),
            new AccountChanged("张伟", Government, [Role.Reporter], County),
            new AccountChanged("张伟", Office, [Role.Reporter], RegionCode.Parse("5329")), new AccountClosed("调离"),
            new AccountPasswordSet(false, true), First,
        })
        {
            var after = Account.Apply(account, ending);
            after.RightsVersion.ShouldBe(after.Version, ending.ToString());
        }

        Account.Apply(account, new SignedOut(Id, SignOutReason.Self)).RightsVersion.ShouldBe(rights);
    }

    [Fact]
    public void The_order_of_roles_is_no_change_of_rights()
    {
        var account = Told(Opened with { Roles = [Role.Reporter, Role.Inspector] });
        account.HasRights(Office, [Role.Inspector, Role.Reporter], County).ShouldBeTrue();
        account.HasRights(Office, [Role.Inspector], County).ShouldBeFalse();
    }

    [Fact]
    public void Who_assigns_lists_or_administers_needs_a_second_factor()
    {
        var needing = Enum.GetValues<Role>().Where(r => Told(Opened with { Roles = [r] }).NeedsSecondFactor);
        needing.ShouldBe([Role.Coordinator, Role.ListingAuthority, Role.Administrator], ignoreOrder: true);
        var with = Told(Opened, First, new AccountSecondFactorSet());
        with.SecondFactor.ShouldBeTrue();
        Account.Apply(with, new AccountSecondFactorRemoved("遗失")).SecondFactor.ShouldBeFalse();
    }

    [Fact]
    public void Five_failures_in_a_row_lock_it_for_a_quarter_of_an_hour()
    {
        var account = Told(Opened, First);
        for (var failures = 1; failures < Lockout.MostFailures; failures++)
        {
            Lockout.AfterFailure(account, Nine).ShouldBeNull();
            account = Account.Apply(account, Wrong);
            account.Failures.ShouldBe(failures);
        }

        var until = Lockout.AfterFailure(account, Nine);
        until.ShouldBe(Nine.AddMinutes(15));
        var locked = Account.Apply(account, Wrong with { LockedUntil = until });
        Lockout.At(locked, Nine.AddMinutes(14)).ShouldBe(until);
        Lockout.At(locked, Nine.AddMinutes(15)).ShouldBeNull();
    }

    [Fact]
    public void Codes_are_guessed_no_more_often_than_passwords()
    {
        var account = Told(Opened, First, Wrong, Wrong, Wrong, new SignInRefused(SignInRefusal.Factor, null, null));
        Lockout.AfterFailure(account, Nine).ShouldNotBeNull();
    }

    [Fact]
    public void Attempts_while_it_is_locked_make_it_neither_longer_nor_shorter()
    {
        var locked = Locked();
        var tried = Account.Apply(
            Account.Apply(locked, new SignInRefused(SignInRefusal.Locked, null, null)),
            new SignInRefused(SignInRefusal.Closed, null, null));
        (tried.Failures, tried.LockedUntil).ShouldBe((locked.Failures, locked.LockedUntil));
    }

    [Fact]
    public void After_the_lock_counting_begins_anew()
    {
        var again = Account.Apply(Locked(), Wrong);
        (again.Failures, again.LockedUntil).ShouldBe((1, null));
        Lockout.AfterFailure(again, Nine.AddHours(1)).ShouldBeNull();
    }

    [Fact]
    public void A_success_and_a_reset_end_it()
    {
        foreach (var ending in new IAccountEvent[] { In, First })
        {
            var after = Account.Apply(Locked(), ending);
            (after.Failures, after.LockedUntil).ShouldBe((0, null));
        }
    }

    [Theory]
    [InlineData("too short", "password.too_short")]
    [InlineData("ZHANG.WEI@x", "password.is_login")]
    [InlineData("the old one", "password.same")]
    [InlineData("任何十个字符都可以的", null)]
    [InlineData("aaaaaaaaaa", null)]
    public void A_password_is_long_and_neither_the_login_nor_the_old_one(string password, string? code) =>
        (PasswordRules.Check(password, "zhang.wei@x", "the old one")?.Code).ShouldBe(code);

    [Fact]
    public void A_password_without_end_is_refused() =>
        PasswordRules.Check(new string('a', PasswordRules.Longest + 1), "zhang.wei", null)!.Code.ShouldBe("password.too_long");

    private static Account Locked() => Told(Opened, First, Wrong, Wrong, Wrong, Wrong, Wrong with { LockedUntil = Nine + Lockout.Length });

    private static Account Told(params IAccountEvent[] events) =>
        events.Aggregate((Account?)null, (account, happened) => Account.Apply(account, happened))!;
}
