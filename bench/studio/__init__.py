"""How soon an unanswered question is answered by the bot, and whether residents notice that its model is changed."""
