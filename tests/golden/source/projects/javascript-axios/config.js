module.exports = { base: "https://api.mypurecloud.ie", token: process.env.TOKEN };
